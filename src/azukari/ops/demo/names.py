"""Invented names with matching readings: family names, given names by generation, names of foreign workers.

Own lists, in no order of real frequency beyond "common" and "not common". A given name has a band of birth
years, so that a woman of sixty-two is 和子 and not 陽菜. Characters are kept as families write them (髙, 﨑, 𠮷,
邉, variation selectors): never normalise these tables. Pure: no clock, no randomness of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

Sex = Literal["M", "F"]


@dataclass(frozen=True, slots=True)
class Name:
    """One part of a name (family or given) and its reading in full-width katakana."""

    text: str
    kana: str


@dataclass(frozen=True, slots=True)
class Nation:
    """Names of one country of origin. `keeps_own_family_name`: husband and wife have different ones."""

    code: str
    label: str
    keeps_own_family_name: bool
    family: tuple[Name, ...]
    male: tuple[Name, ...]
    female: tuple[Name, ...]

    def given(self, sex: Sex) -> tuple[Name, ...]:
        """Give the given names of one sex."""
        return self.male if sex == "M" else self.female


def _names(table: str) -> tuple[Name, ...]:
    """Read "text:kana text:kana"; an underscore stands for a space inside a name."""
    return tuple(Name(*(part.replace("_", " ") for part in entry.split(":"))) for entry in table.split())


COMMON_FAMILY_NAMES: Final = _names(
    """
    佐藤:サトウ 鈴木:スズキ 高橋:タカハシ 田中:タナカ 伊藤:イトウ 渡辺:ワタナベ 山本:ヤマモト
    中村:ナカムラ 小林:コバヤシ 加藤:カトウ 吉田:ヨシダ 山田:ヤマダ 佐々木:ササキ 山口:ヤマグチ
    松本:マツモト 井上:イノウエ 木村:キムラ 林:ハヤシ 斎藤:サイトウ 清水:シミズ 山崎:ヤマザキ 森:モリ
    池田:イケダ 橋本:ハシモト 阿部:アベ 石川:イシカワ 山下:ヤマシタ 中島:ナカジマ 石井:イシイ
    小川:オガワ 前田:マエダ 岡田:オカダ 長谷川:ハセガワ 藤田:フジタ 後藤:ゴトウ 近藤:コンドウ
    村上:ムラカミ 遠藤:エンドウ 青木:アオキ 坂本:サカモト
    """
)
OTHER_FAMILY_NAMES: Final = _names(
    """
    斉藤:サイトウ 福田:フクダ 太田:オオタ 西村:ニシムラ 藤井:フジイ 金子:カネコ 岡本:オカモト
    藤原:フジワラ 三浦:ミウラ 中野:ナカノ 中川:ナカガワ 原田:ハラダ 松田:マツダ 竹内:タケウチ 小野:オノ
    田村:タムラ 中山:ナカヤマ 和田:ワダ 石田:イシダ 森田:モリタ 上田:ウエダ 原:ハラ 内田:ウチダ
    柴田:シバタ 酒井:サカイ 宮崎:ミヤザキ 横山:ヨコヤマ 高木:タカギ 安藤:アンドウ 宮本:ミヤモト
    大野:オオノ 小島:コジマ 谷口:タニグチ 今井:イマイ 工藤:クドウ 高田:タカダ 増田:マスダ 丸山:マルヤマ
    杉山:スギヤマ 村田:ムラタ 大塚:オオツカ 新井:アライ 小山:コヤマ 平野:ヒラノ 藤本:フジモト
    河野:コウノ 上野:ウエノ 野口:ノグチ 武田:タケダ 松井:マツイ 千葉:チバ 岩崎:イワサキ 菅原:スガワラ
    木下:キノシタ 久保:クボ 佐野:サノ 野村:ノムラ 松尾:マツオ 市川:イチカワ 菊地:キクチ 杉本:スギモト
    古川:フルカワ 大西:オオニシ 島田:シマダ 水野:ミズノ 桜井:サクライ 高野:タカノ 渡部:ワタナベ
    吉川:ヨシカワ 山内:ヤマウチ 西田:ニシダ 飯田:イイダ 菊池:キクチ 西川:ニシカワ 小松:コマツ
    北村:キタムラ 安田:ヤスダ 五十嵐:イガラシ 川口:カワグチ 平田:ヒラタ 関:セキ 中田:ナカタ
    久保田:クボタ 服部:ハットリ 東:アズマ 岩田:イワタ 土屋:ツチヤ 川崎:カワサキ 福島:フクシマ
    本田:ホンダ 辻:ツジ 樋口:ヒグチ 秋山:アキヤマ 田口:タグチ 永井:ナガイ 山中:ヤマナカ 中西:ナカニシ
    吉村:ヨシムラ 川上:カワカミ 石原:イシハラ 大橋:オオハシ 松岡:マツオカ 馬場:ババ 浜田:ハマダ
    森本:モリモト 星野:ホシノ 矢野:ヤノ 浅野:アサノ 大久保:オオクボ 吉岡:ヨシオカ 小池:コイケ 野田:ノダ
    荒木:アラキ 熊谷:クマガイ 松浦:マツウラ 大谷:オオタニ 内藤:ナイトウ 黒田:クロダ 尾崎:オザキ
    川村:カワムラ 永田:ナガタ 望月:モチヅキ 堀:ホリ 田辺:タナベ 荒井:アライ 大島:オオシマ 菅野:カンノ
    早川:ハヤカワ 小田:オダ 平井:ヒライ 鎌田:カマタ 河合:カワイ 石橋:イシバシ 広瀬:ヒロセ 大山:オオヤマ
    片山:カタヤマ 横田:ヨコタ 岡崎:オカザキ 須藤:スドウ 宮田:ミヤタ 萩原:ハギワラ 小沢:オザワ 岡:オカ
    田島:タジマ 福井:フクイ 三宅:ミヤケ 古賀:コガ 今村:イマムラ 上原:ウエハラ 本間:ホンマ 富田:トミタ
    片岡:カタオカ 田原:タハラ 栗原:クリハラ 小泉:コイズミ 奥村:オクムラ 児玉:コダマ 三好:ミヨシ
    宮下:ミヤシタ 坂口:サカグチ 根本:ネモト 青山:アオヤマ 宮川:ミヤガワ 西山:ニシヤマ 長田:オサダ
    前川:マエカワ 川島:カワシマ 大石:オオイシ 小西:コニシ 岩本:イワモト 北川:キタガワ 関口:セキグチ
    津田:ツダ 中井:ナカイ 河村:カワムラ 榎本:エノモト 塚本:ツカモト 植田:ウエダ 神田:カンダ
    稲垣:イナガキ 松永:マツナガ 白石:シライシ 小野寺:オノデラ 黒木:クロキ 甲斐:カイ 金城:キンジョウ
    比嘉:ヒガ 大城:オオシロ 宮城:ミヤギ 新垣:アラカキ 玉城:タマシロ 島袋:シマブクロ 平良:タイラ
    山城:ヤマシロ 柳田:ヤナギダ 笠原:カサハラ 安部:アベ 堀内:ホリウチ 篠原:シノハラ 細川:ホソカワ
    西尾:ニシオ 下田:シモダ 竹田:タケダ 戸田:トダ 土井:ドイ 福本:フクモト 石塚:イシヅカ 岸本:キシモト
    森下:モリシタ 川端:カワバタ 村山:ムラヤマ 松村:マツムラ 杉浦:スギウラ 南:ミナミ 西:ニシ 中尾:ナカオ
    村井:ムライ 高山:タカヤマ 川田:カワダ 水谷:ミズタニ 西岡:ニシオカ 畑中:ハタナカ 落合:オチアイ
    浅井:アサイ 窪田:クボタ 若林:ワカバヤシ 小笠原:オガサワラ 桑原:クワバラ 野中:ノナカ 大森:オオモリ
    三上:ミカミ 山岸:ヤマギシ 高井:タカイ 岩井:イワイ 牧野:マキノ 武藤:ムトウ 日高:ヒダカ 長尾:ナガオ
    森山:モリヤマ 大川:オオカワ 成田:ナリタ 相馬:ソウマ 及川:オイカワ 千田:チダ 遠山:トオヤマ
    天野:アマノ 吉野:ヨシノ 滝沢:タキザワ 春日:カスガ 百瀬:モモセ 塩田:シオダ 梅田:ウメダ 竹中:タケナカ
    角田:ツノダ 門脇:カドワキ 足立:アダチ 湯浅:ユアサ 井口:イグチ 江口:エグチ 秋元:アキモト
    徳永:トクナガ 有馬:アリマ 是枝:コレエダ 鮫島:サメシマ 二宮:ニノミヤ 越智:オチ 真鍋:マナベ
    香川:カガワ 安達:アダチ 町田:マチダ 神谷:カミヤ 鬼頭:キトウ 各務:カカミ 丹羽:ニワ 犬飼:イヌカイ
    大竹:オオタケ 小倉:オグラ 一ノ瀬:イチノセ 御手洗:ミタライ 小鳥遊:タカナシ 四月一日:ワタヌキ
    東海林:ショウジ 我妻:アガツマ 勅使河原:テシガワラ 長谷部:ハセベ
    """
)

# Characters outside JIS X 0208, variants, one variation selector, one compatibility ideograph.
VARIANT_FAMILY_NAMES: Final = _names(
    """
    髙橋:タカハシ 髙木:タカギ 髙田:タカダ 髙野:タカノ 髙山:タカヤマ 髙﨑:タカサキ 山﨑:ヤマザキ
    岩﨑:イワサキ 宮﨑:ミヤザキ 尾﨑:オザキ 岡﨑:オカザキ 川﨑:カワサキ \U00020bb7田:ヨシダ
    \U00020bb7川:ヨシカワ \U00020bb7岡:ヨシオカ 齋藤:サイトウ 齊藤:サイトウ 渡邉:ワタナベ 渡邊:ワタナベ
    田邉:タナベ 濱田:ハマダ 濵田:ハマダ 櫻井:サクライ 澤田:サワダ 黒澤:クロサワ 小澤:オザワ 廣瀬:ヒロセ
    廣田:ヒロタ 藪内:ヤブウチ 籔内:ヤブウチ 國分:コクブ 眞鍋:マナベ 惠本:エモト 德永:トクナガ
    栁田:ヤナギダ 辻\U000e0100:ツジ \ufa19谷:カミヤ 邊見:ヘンミ 槇原:マキハラ 祗園:ギオン
    """
)

FAMILY_NAMES: Final = COMMON_FAMILY_NAMES + OTHER_FAMILY_NAMES + VARIANT_FAMILY_NAMES

# Each name as often as it should come up: common ones six times, variants twice.
FAMILY_NAME_URN: Final = COMMON_FAMILY_NAMES * 6 + OTHER_FAMILY_NAMES + VARIANT_FAMILY_NAMES * 2

# (first birth year, last birth year, names)
_MALE: Final = (
    (
        1930,
        1954,
        _names(
            """
            正:タダシ 清:キヨシ 勇:イサム 茂:シゲル 実:ミノル 進:ススム 勝:マサル 弘:ヒロシ 昭:アキラ
            博:ヒロシ 一郎:イチロウ 三郎:サブロウ 武:タケシ 豊:ユタカ 義雄:ヨシオ 正雄:マサオ
            幸雄:ユキオ 文雄:フミオ 和夫:カズオ 忠雄:タダオ 敏夫:トシオ 昭夫:アキオ 利夫:トシオ
            光男:ミツオ 辰男:タツオ
            """
        ),
    ),
    (
        1945,
        1967,
        _names(
            """
            誠:マコト 隆:タカシ 修:オサム 明:アキラ 稔:ミノル 浩:ヒロシ 薫:カオル 和彦:カズヒコ
            秀樹:ヒデキ 直樹:ナオキ 英明:ヒデアキ 正和:マサカズ 俊夫:トシオ 信夫:ノブオ 哲夫:テツオ
            孝之:タカユキ 康夫:ヤスオ 幸男:ユキオ 芳雄:ヨシオ 政雄:マサオ 広志:ヒロシ 悟:サトル
            忠:タダシ 徹:トオル 聡:サトシ
            """
        ),
    ),
    (
        1962,
        1980,
        _names(
            """
            健一:ケンイチ 浩二:コウジ 慎一:シンイチ 哲也:テツヤ 達也:タツヤ 和也:カズヤ 智也:トモヤ
            直人:ナオト 正樹:マサキ 弘樹:ヒロキ 剛:ツヨシ 学:マナブ 渉:ワタル 淳:ジュン 純一:ジュンイチ
            雄一:ユウイチ 裕之:ヒロユキ 英樹:ヒデキ 康弘:ヤスヒロ 孝志:タカシ 洋介:ヨウスケ
            大輔:ダイスケ 健太郎:ケンタロウ 貴史:タカシ 伸二:シンジ 秀明:ヒデアキ
            """
        ),
    ),
    (
        1976,
        1993,
        _names(
            """
            健太:ケンタ 翔太:ショウタ 拓也:タクヤ 大樹:ダイキ 亮:リョウ 翔:ショウ 雄太:ユウタ
            祐介:ユウスケ 洋平:ヨウヘイ 陽介:ヨウスケ 涼太:リョウタ 匠:タクミ 慶太:ケイタ 航平:コウヘイ
            優太:ユウタ 直也:ナオヤ 裕太:ユウタ 一樹:カズキ 圭介:ケイスケ 俊介:シュンスケ 貴大:タカヒロ
            尚人:ナオト 晃:アキラ 誠一郎:セイイチロウ
            """
        ),
    ),
    (
        1990,
        2008,
        _names(
            """
            駿:シュン 蓮:レン 海斗:カイト 大輝:ダイキ 拓海:タクミ 優斗:ユウト 陸:リク 大和:ヤマト
            颯太:ソウタ 一輝:カズキ 悠斗:ユウト 翼:ツバサ 光:ヒカル 樹:イツキ 晴斗:ハルト 瑛太:エイタ
            太一:タイチ 空:ソラ 龍之介:リュウノスケ 佑樹:ユウキ 奏:カナデ 拓真:タクマ 怜央:レオ
            大地:ダイチ
            """
        ),
    ),
    (
        2004,
        2026,
        _names(
            """
            湊:ミナト 陽翔:ハルト 蒼:アオイ 朝陽:アサヒ 悠真:ユウマ 律:リツ 結翔:ユイト 碧:アオ
            新:アラタ 奏太:ソウタ 大翔:ヒロト 颯真:ソウマ 凪:ナギ 暖:ダン 伊織:イオリ 旭:アサヒ
            蒼空:ソラ 琉生:ルイ 陽向:ヒナタ 柊:シュウ 朔:サク 暁:アカツキ 岳:ガク 仁:ジン 想:ソウ
            理人:リヒト 悠人:ハルト 蓮斗:レント 慧:ケイ 詩音:シオン
            """
        ),
    ),
)

# (first birth year, last birth year, names)
_FEMALE: Final = (
    (
        1930,
        1955,
        _names(
            """
            千代子:チヨコ 静江:シズエ 房江:フサエ 光子:ミツコ 昭子:アキコ 久子:ヒサコ 信子:ノブコ
            愛子:アイコ 初枝:ハツエ 節子:セツコ 芳子:ヨシコ 貞子:サダコ 富子:トミコ 美代子:ミヨコ
            八重子:ヤエコ 澄江:スミエ トキ:トキ キヨ:キヨ 春江:ハルエ 照子:テルコ 敏子:トシコ
            絹代:キヌヨ 静子:シズコ
            """
        ),
    ),
    (
        1938,
        1967,
        _names(
            """
            和子:カズコ 幸子:サチコ 洋子:ヨウコ 恵子:ケイコ 京子:キョウコ 文子:フミコ 美智子:ミチコ
            弘子:ヒロコ 悦子:エツコ 順子:ジュンコ 孝子:タカコ 早苗:サナエ 正子:マサコ 勝子:カツコ
            典子:ノリコ 裕子:ユウコ 由美子:ユミコ 久美子:クミコ 明美:アケミ 和代:カズヨ 啓子:ケイコ
            惠子:ケイコ 礼子:レイコ 真理子:マリコ 博子:ヒロコ
            """
        ),
    ),
    (
        1960,
        1979,
        _names(
            """
            直美:ナオミ 真由美:マユミ 智子:トモコ 陽子:ヨウコ 純子:ジュンコ 美穂:ミホ 美香:ミカ
            理恵:リエ 香織:カオリ 雅美:マサミ 弘美:ヒロミ 優子:ユウコ 直子:ナオコ 千春:チハル 真紀:マキ
            恵美:エミ 美紀:ミキ 絵美子:エミコ かおり:カオリ ひとみ:ヒトミ 弥生:ヤヨイ 友美:トモミ
            麻里:マリ 幸恵:ユキエ 由紀:ユキ 佳代:カヨ 淳子:ジュンコ
            """
        ),
    ),
    (
        1974,
        1992,
        _names(
            """
            愛:アイ 恵:メグミ 麻衣:マイ 舞:マイ 佳奈:カナ 絵美:エミ 由佳:ユカ 志保:シホ 彩:アヤ
            裕美:ヒロミ 千夏:チナツ 真由:マユ 沙織:サオリ 美和:ミワ 奈々:ナナ 茜:アカネ 希:ノゾミ
            瞳:ヒトミ 亜希子:アキコ 麻美:アサミ 早紀:サキ 綾:アヤ 桃子:モモコ 梓:アズサ 葉子:ヨウコ
            千尋:チヒロ
            """
        ),
    ),
    (
        1988,
        2006,
        _names(
            """
            美咲:ミサキ 彩花:アヤカ 萌:モエ 遥:ハルカ 優花:ユウカ 七海:ナナミ さくら:サクラ 未来:ミライ
            明日香:アスカ 菜摘:ナツミ 真央:マオ 優奈:ユウナ 楓:カエデ 莉奈:リナ 成美:ナルミ 玲奈:レイナ
            詩織:シオリ 里奈:リナ 千夏:チナツ 友梨:ユリ 美優:ミユ 栞:シオリ 葵:アオイ 琴音:コトネ
            朱音:アカネ
            """
        ),
    ),
    (
        2003,
        2026,
        _names(
            """
            陽菜:ヒナ 凛:リン 結衣:ユイ 莉子:リコ 美月:ミツキ 心春:コハル 花:ハナ 澪:ミオ 詩:ウタ
            紬:ツムギ 芽依:メイ 咲良:サクラ 結愛:ユア 杏:アン ひなた:ヒナタ 陽葵:ヒマリ 翠:スイ
            琴葉:コトハ 柚葉:ユズハ 一花:イチカ 彩葉:イロハ 結月:ユヅキ 心結:ミユ 紗良:サラ 凪沙:ナギサ
            楓花:フウカ 芽生:メイ 千紗:チサ 和奏:ワカナ 雫:シズク
            """
        ),
    ),
)

GIVEN_NAMES: Final = {"M": _MALE, "F": _FEMALE}
FIRST_BIRTH_YEAR: Final = 1930
LAST_BIRTH_YEAR: Final = 2026


@cache
def given_names(sex: Sex, birth_year: int) -> tuple[Name, ...]:
    """Give the names parents chose in a year. A year outside the tables counts as the nearest one inside."""
    year = min(max(birth_year, FIRST_BIRTH_YEAR), LAST_BIRTH_YEAR)
    return tuple(name for first, last, names in GIVEN_NAMES[sex] if first <= year <= last for name in names)


NATIONS: Final = (
    Nation(
        code="VN",
        label="ベトナム",
        keeps_own_family_name=True,
        family=_names(
            """
            NGUYEN:グエン TRAN:チャン LE:レー PHAM:ファム HOANG:ホアン VU:ヴー DANG:ダン BUI:ブイ
            DO:ドー NGO:ゴー
            """
        ),
        male=_names(
            """
            VAN_MINH:ヴァン_ミン DUC_ANH:ドゥック_アイン QUANG_HUY:クアン_フイ
            THANH_LONG:タイン_ロン VAN_NAM:ヴァン_ナム HUU_TUAN:フー_トゥアン
            TIEN_DUNG:ティエン_ズン
            """
        ),
        female=_names(
            """
            THI_LAN:ティ_ラン THI_HUONG:ティ_フオン THI_MAI:ティ_マイ NGOC_ANH:ゴック_アイン
            THU_TRANG:トゥー_チャン THI_HOA:ティ_ホア MY_LINH:ミー_リン
            """
        ),
    ),
    Nation(
        code="CN",
        label="中国",
        keeps_own_family_name=True,
        family=_names(
            """
            王:オウ 李:リ 張:チョウ 劉:リュウ 陳:チン 楊:ヨウ 趙:チョウ 黄:コウ 周:シュウ 呉:ゴ
            """
        ),
        male=_names(
            """
            偉:イ 強:キョウ 磊:ライ 軍:グン 洋:ヨウ 建国:ケンコク 志強:シキョウ 浩然:コウゼン
            """
        ),
        female=_names(
            """
            芳:ホウ 娜:ダ 秀英:シュウエイ 敏:ビン 静:セイ 麗:レイ 雪梅:セツバイ 暁燕:ギョウエン
            """
        ),
    ),
    Nation(
        code="PH",
        label="フィリピン",
        keeps_own_family_name=False,
        family=_names(
            """
            SANTOS:サントス REYES:レイエス CRUZ:クルス BAUTISTA:バウティスタ OCAMPO:オカンポ
            GARCIA:ガルシア MENDOZA:メンドーサ
            """
        ),
        male=_names(
            """
            JOSE_MARIE:ホセ_マリー JUAN_CARLO:フアン_カルロ MARK_ANTHONY:マーク_アンソニー
            RAMON:ラモン PAOLO:パオロ
            """
        ),
        female=_names(
            """
            MARIA_CLARA:マリア_クララ ANGELICA:アンジェリカ JOY:ジョイ ROSE_ANN:ローズ_アン
            CRISTINA:クリスティナ
            """
        ),
    ),
    Nation(
        code="NP",
        label="ネパール",
        keeps_own_family_name=False,
        family=_names(
            """
            SHRESTHA:シュレスタ GURUNG:グルン TAMANG:タマン RAI:ライ THAPA:タパ MAGAR:マガル
            """
        ),
        male=_names(
            """
            BIKASH:ビカス SURESH:スレス RAM_BAHADUR:ラム_バハドゥル PRAKASH:プラカス
            """
        ),
        female=_names(
            """
            SITA:シタ ANITA:アニタ LAXMI:ラクシュミ SUNITA:スニタ
            """
        ),
    ),
    Nation(
        code="BR",
        label="ブラジル",
        keeps_own_family_name=False,
        family=_names(
            """
            SILVA:シルバ SOUZA:ソウザ OLIVEIRA:オリベイラ TANAKA_LIMA:タナカ_リマ
            FERREIRA:フェレイラ
            """
        ),
        male=_names(
            """
            CARLOS_EDUARDO:カルロス_エドゥアルド MARCOS:マルコス RAFAEL_KENJI:ラファエル_ケンジ
            THIAGO:チアゴ
            """
        ),
        female=_names(
            """
            ANA_PAULA:アナ_パウラ JULIANA_YUMI:ジュリアナ_ユミ FERNANDA:フェルナンダ
            BEATRIZ:ベアトリス
            """
        ),
    ),
    Nation(
        code="ID",
        label="インドネシア",
        keeps_own_family_name=False,
        family=_names(
            """
            WIJAYA:ウィジャヤ SETIAWAN:スティアワン PRATAMA:プラタマ HIDAYAT:ヒダヤット
            SANTOSO:サントソ
            """
        ),
        male=_names(
            """
            AGUS:アグス BUDI:ブディ RIZKY:リズキ DWI_PUTRA:ドゥイ_プトラ
            """
        ),
        female=_names(
            """
            SITI:シティ DEWI:デウィ PUTRI_AYU:プトリ_アユ RINA:リナ
            """
        ),
    ),
    Nation(
        code="MM",
        label="ミャンマー",
        keeps_own_family_name=True,
        family=_names(
            """
            AUNG:アウン KYAW:チョー MYINT:ミン THAN:タン WIN:ウィン
            """
        ),
        male=_names(
            """
            MIN_KO:ミン_コー ZAW_LATT:ゾー_ラット THURA:トゥラ
            """
        ),
        female=_names(
            """
            SU_SU:スー_スー EI_PHYU:エイ_ピュー KHIN_MAR:キン_マー
            """
        ),
    ),
    Nation(
        code="KR",
        label="韓国",
        keeps_own_family_name=True,
        family=_names(
            """
            金:キム 朴:パク 崔:チェ 鄭:チョン 姜:カン
            """
        ),
        male=_names(
            """
            民俊:ミンジュン 志勲:ジフン 成浩:ソンホ
            """
        ),
        female=_names(
            """
            智媛:ジウォン 恩珠:ウンジュ 秀珍:スジン
            """
        ),
    ),
)
