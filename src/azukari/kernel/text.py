"""Japanese text at the edge: what is stored, what is searched, what is hidden.

Names are stored exactly as typed (`clean_name` only tidies blanks): neither NFC nor NFKC, because both turn
U+FA19 神 into another character. Beside a name stands a folded key (`fold_name`) for search and comparison.
Readings become full-width katakana. `mask_long_digits` hides every run of digits that could hold a My Number
before a text goes into a name, a label, a note or a log.
"""

from __future__ import annotations

import re
import unicodedata

# Characters read together in names: written form, then the one it is searched by. Own table, from the pairs of
# 旧字体 and 新字体 (常用漢字表, 人名用漢字表) and the variants seen in family names. 﨑 is 崎, never 埼.
_VARIANTS = """
髙高 﨑崎 嵜崎 碕崎 邊辺 邉辺 𠮷吉 𠮟叱 濵浜 濱浜 澤沢 齋斎 齊斎 斉斎 嶋島 嶌島 嶹島 德徳 瀨瀬 惠恵 眞真
槇槙 遙遥 瑤瑶 晉晋 繩縄 龍竜 瀧滝 壽寿 實実 豐豊 榮栄 圓円 應応 櫻桜 藏蔵 淺浅 關関 假仮 佛仏 來来 傳伝
價価 儉倹 兒児 內内 兩両 凉涼 劍剣 劔剣 劒剣 勳勲 勵励 勞労 區区 卷巻 單単 嚴厳 圖図 團団 增増 壯壮 壹壱
奧奥 奬奨 孃嬢 學学 寢寝 寶宝 寳宝 將将 專専 峯峰 峽峡 巖巌 帶帯 廳庁 廣広 國国 圀国 彌弥 從従 恆恒 悅悦
惡悪 戀恋 戰戦 戶戸 户戸 拂払 拜拝 揭掲 搖揺 擴拡 收収 攝摂 敍叙 數数 斷断 曉暁 晝昼 曾曽 會会 條条 樂楽
樞枢 樣様 橫横 檜桧 檢検 權権 歐欧 歡歓 歸帰 殘残 每毎 氣気 涉渉 淚涙 淸清 渴渇 溪渓 谿渓 滿満 濕湿 濟済
灣湾 爐炉 爭争 爲為 獨独 獻献 當当 疊畳 瘦痩 盡尽 碎砕 祕秘 祿禄 禪禅 禮礼 稻稲 穗穂 穰穣 竝並 粹粋 絲糸
經経 綠緑 緖緒 縣県 總総 繪絵 續続 纖繊 缺欠 聰聡 聲声 聽聴 臺台 舊旧 與与 莊荘 庄荘 萬万 蘆芦 處処 號号
蟲虫 螢蛍 蠻蛮 襃褒 覺覚 覽覧 觀観 觸触 譯訳 證証 讀読 變変 讓譲 豫予 貳弐 賣売 賴頼 贊賛 踐践 輕軽 轉転
辨弁 辯弁 瓣弁 遲遅 鄕郷 鄉郷 醉酔 釀醸 釋釈 鐵鉄 鉃鉄 鑛鉱 鑄鋳 錄録 鍊錬 鎭鎮 陷陥 險険 隨随 隱隠 雙双
雜雑 靈霊 靑青 靜静 顏顔 顯顕 飮飲 餘余 驅駆 驗験 驛駅 髓髄 鬪闘 鷄鶏 鷗鴎 鹽塩 麥麦 麴麹 黃黄 黑黒 默黙
點点 黨党 齒歯 齡齢 龜亀 栢柏 栁柳 桺柳 楳梅 槗橋 𣘺橋 淵渕 渊渕 冨富 舘館 桒桑 籔薮 藪薮 舩船 曻昇 昻昂
晧皓 敎教 濶闊 煕熙 凞熙 穎頴 翆翠 菟兎 萠萌 蔣蒋 薗園 蘓蘇 諌諫 逹達 邨村 閒間 鄰隣 靏鶴 靍鶴 頚頸 鰺鯵
鴈雁 鼡鼠 圡土 𡈽土 莵兎 埜野 杤栃 槪概 步歩 澁渋 澀渋 狹狭 甁瓶 畵画 畫画 硏研 稱称 竊窃 籠篭 肅粛 腦脳
臟臓 艷艶 莖茎 藝芸 藥薬 虛虚 衞衛 裝装 謠謡 賤賎 辭辞 遞逓 邇迩 鉤鈎 鋪舗 鐮鎌 隸隷 霸覇 頰頬 顚顛 飜翻
騷騒 驒騨 鹼鹸 祗祇 禰祢 禱祷 穐秋 龝秋 苅刈 蕚萼 薰薫 蠟蝋 躰体 體体 軆体 輭軟 鍈瑛 鑒鑑 鬭闘 鵞鵝 亘亙
亞亜 侭儘 僞偽 冩写 寫写 凜凛 凾函 刄刃 劵券 勗勖 卽即 厩廐 叄参 參参 吳呉 吴呉 咒呪 囑嘱 埓埒 塲場 墻牆
墮堕 壥廛 壘塁 壤壌 壺壷 夛多 姊姉 姬姫 娛娯 寃冤 寬寛 屆届 屛屏 崗岡 峩峨 巢巣 廏廐 廢廃 强強 彈弾 彥彦
徑径 徵徴 懷懐 戲戯 戾戻 拔抜 搜捜 擇択 擔担 擧挙 據拠 晄晃 暎映 曆暦 朖朗 枡桝 枩松 柗松 柹柿 棧桟 檞槲
欝鬱 歲歳 歷歴 毓育 况況 泪涙 淨浄 滯滞 潛潜 澑溜 濤涛 瀆涜 燈灯 燒焼 營営 牀床 犧犠 璢瑠 甞嘗 畧略 疎疏
癡痴 發発 盜盗 眥眦 矦侯 礒磯 磵澗
"""

_SINGLE_VARIANTS = {ord(pair[0]): pair[1] for pair in _VARIANTS.split()}

# Everything that changes a character's look, not the character: IVS, FVS and the standardised variants.
_VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef\u180b-\u180d]")
# Blanks, and marks people put between the parts of a name.
_NOT_IN_KEY = re.compile("[\\s\u200b-\u200f\u2060\ufeff・･·]+")

_REPEATED = re.compile("([^々])々+")

_HIRAGANA_TO_KATAKANA = {code: code + 0x60 for code in (*range(0x3041, 0x3097), 0x309D, 0x309E)}
_DIGITS = {0xFF10 + n: str(n) for n in range(10)}
_SMALL_TO_LARGE = str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ")
_VOICING = re.compile("[\u3099\u309a\u309b\u309c]")

_ROWS = {
    "あ": "アイウエオ",
    "か": "カキクケコ",
    "さ": "サシスセソ",
    "た": "タチツテト",
    "な": "ナニヌネノ",
    "は": "ハヒフヘホ",
    "ま": "マミムメモ",
    "や": "ヤユヨ",
    "ら": "ラリルレロ",
    "わ": "ワヰヱヲン",
}
KANA_ROWS = (*_ROWS, "他")
_ROW_OF = {kana: row for row, kanas in _ROWS.items() for kana in kanas}
_VOWEL_OF = {
    kana: vowel
    for vowel, kanas in {
        "ア": "アカサタナハマヤラワ",
        "イ": "イキシチニヒミリヰ",
        "ウ": "ウクスツヌフムユル",
        "エ": "エケセテネヘメレヱ",
        "オ": "オコソトノホモヨロヲ",
    }.items()
    for kana in kanas
}

# The hyphens of law.md 1.1 with their narrow and small forms, and what file names use instead of a blank.
HYPHENS = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\uff0d\uff70\ufe63"
MASK = "●●●●●●●●●●●●"
_LONG_DIGITS = re.compile(rf"\d(?:[\s\u200b{re.escape(HYPHENS)}_.．]*\d){{11,}}")


def clean_name(text: str) -> str:
    """Keep a name as it was typed: outer blanks go, a run of blanks or line breaks becomes one U+0020.

    Nothing else changes, in particular no Unicode normal form is applied.
    """
    return " ".join(text.split())


def fold_name(text: str) -> str:
    """Build the key a name is searched and compared by; never shown, never stored in place of the name.

    Folds variants (髙→高, 﨑→崎, 邉→辺, 𠮷→吉), compatibility characters, width, case and kana; blanks, middle
    dots and variation selectors go; 々 repeats the character before it.
    """
    key = _NOT_IN_KEY.sub("", _VARIATION_SELECTORS.sub("", text)).translate(_SINGLE_VARIANTS)
    key = unicodedata.normalize("NFKC", key).casefold().translate(_HIRAGANA_TO_KATAKANA)
    # A second time: NFKC may have laid bare a blank or a variant behind a compatibility character.
    key = _NOT_IN_KEY.sub("", key).translate(_SINGLE_VARIANTS)
    return _REPEATED.sub(lambda match: match[1] * len(match[0]), key) if "々" in key else key


def to_katakana(text: str) -> str:
    """Write a reading in full-width katakana, from hiragana and half-width kana too; blanks as in a name."""
    return clean_name(unicodedata.normalize("NFKC", text).translate(_HIRAGANA_TO_KATAKANA))


def kana_key(text: str) -> str:
    """Build the key readings are sorted by: voiced marks, small kana and ー folded, blanks gone.

    ー becomes the vowel before it (JIS X 4061), so コーノ stands where コオノ stands.
    """
    plain = unicodedata.normalize("NFD", to_katakana(text))
    plain = _NOT_IN_KEY.sub("", _VOICING.sub("", plain)).translate(_SMALL_TO_LARGE)
    if "ー" not in plain:
        return plain
    key = ""
    for character in plain:
        key += _VOWEL_OF.get(key[-1:], character) if character == "ー" else character
    return key


def kana_row(text: str) -> str:
    """Tell the row of the index a reading belongs to: あ か さ た な は ま や ら わ, or 他."""
    return _ROW_OF.get(kana_key(text)[:1], "他")


def fold_digits(text: str) -> str:
    """Turn full-width digits into ASCII ones and leave everything else alone."""
    return text.translate(_DIGITS)


def mask_long_digits(text: str) -> str:
    """Hide every run of twelve or more digits, of any width and with hyphens, blanks, dots between them.

    For file names, sheet names and free text: what might hold a My Number is shown as a mask of fixed length.
    Law: 番号法2条9項 (a part of a number is a number).
    """
    return _LONG_DIGITS.sub(MASK, text) if len(text) >= 12 else text


_BETWEEN_DIGITS = dict.fromkeys(map(ord, f"{HYPHENS} \u3000\u00a0\t\r\n"))


def fold_number(text: str) -> str:
    """Turn a typed number into plain digits: ASCII digits, no blanks, no hyphens. Other characters stay.

    Source: law.md 1.1 (the hyphens people and programs write between the digits of a My Number).
    """
    return fold_digits(text).translate(_BETWEEN_DIGITS)


_POSTAL_CODE = re.compile(r"\d{3}-\d{4}", re.ASCII)


def hyphenate_postal_code(typed: str) -> str:
    """Write a typed postal code as 123-4567. What has not seven digits stays as its digits, for `is_postal_code`."""
    digits = fold_number(typed)
    return f"{digits[:3]}-{digits[3:]}" if len(digits) == 7 and digits.isdecimal() else digits


def is_postal_code(code: str) -> bool:
    """Tell whether a text is a postal code as `hyphenate_postal_code` writes it."""
    return _POSTAL_CODE.fullmatch(code) is not None


def readable_size(size: int) -> str:
    """Write a size for people: 820B, 34KB, 1.2MB, 3.4GB (ux 8.8: the unit follows at once)."""
    if size < 1024:
        return f"{size}B"
    if size < 1024 * 1024:
        return f"{-(-size // 1024)}KB"
    if size < 1024**3:
        return f"{size / 1024**2:.1f}MB"
    return f"{size / 1024**3:.1f}GB"
