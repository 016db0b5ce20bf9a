"""Invented client companies (顧問先) for the demo: name, reading, short code, legal form, place, contract.

The same seed gives the same companies in the same order, one after the other, without a list of all.
Names are put together from words that no company we know is called by; places are invented towns in
real prefectures. Pure: no clock, no database.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from azukari.vault.rules.purposes import Purpose

# The day the demo stands on. Commands may pass another one.
DEMO_TODAY: Final = date(2026, 11, 23)

# The clients whose returned sheets lie in tests/fixtures/sheets. `companies` never gives out these codes.
SHEET_CODES: Final = frozenset({"kawara", "tatami", "yayoi", "umineko"})

# Which affairs (利用目的) a client entrusts to the office.
_INSURANCE = (Purpose.HEALTH_PENSION, Purpose.EMPLOYMENT_INSURANCE, Purpose.CATEGORY3)
_SCOPES = (
    _INSURANCE,
    (*_INSURANCE, Purpose.WORKERS_COMPENSATION),
    (*_INSURANCE, Purpose.TAX),
    (*_INSURANCE, Purpose.TAX, Purpose.WORKERS_COMPENSATION),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanySpec:
    """One invented client company.

    `index` is its place in the data set and the base of its people's `number_seed`. `headcount` is how many
    employees such a company has, as a hint for the caller. `code_format` makes its 社員番号.
    """

    index: int
    code: str
    name: str
    name_kana: str  # without the legal form, as on official forms
    legal_form: str
    legal_form_first: bool
    industry: str
    prefecture: str
    city: str
    address: str
    contract_started_on: date
    contract_ended_on: date | None
    purposes: tuple[Purpose, ...]
    headcount: int
    code_format: str
    seed: int


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    kana: str
    slug: str


@dataclass(frozen=True, slots=True)
class _Trade:
    industry: str
    text: str
    kana: str
    slug: str
    form: str  # "" = a trading company: 株式会社, 有限会社 or 合同会社


def _words(table: str) -> tuple[_Word, ...]:
    return tuple(_Word(*entry.split(":")) for entry in table.split())


def _list(table: str) -> tuple[str, ...]:
    return tuple(table.split())


_STEMS: Final = _words(
    """
    瓦:カワラ:kawara 畳:タタミ:tatami 暖簾:ノレン:noren 提灯:チョウチン:chochin 水車:スイシャ:suisha
    風車:カザグルマ:kazaguruma 藍:アイ:ai 椿:ツバキ:tsubaki 桔梗:キキョウ:kikyo 萩:ハギ:hagi
    菫:スミレ:sumire 楓:カエデ:kaede 欅:ケヤキ:keyaki 柊:ヒイラギ:hiiragi 梓:アズサ:azusa
    雲雀:ヒバリ:hibari 燕:ツバメ:tsubame 千鳥:チドリ:chidori 鴎:カモメ:kamome 朱鷺:トキ:toki
    翡翠:ヒスイ:hisui 琥珀:コハク:kohaku 瑠璃:ルリ:ruri 琴:コト:koto 鼓:ツヅミ:tsuzumi
    独楽:コマ:koma 風鈴:フウリン:furin 蛍:ホタル:hotaru 朝霧:アサギリ:asagiri 夕凪:ユウナギ:yunagi
    若竹:ワカタケ:wakatake 白樺:シラカバ:shirakaba 紅葉:モミジ:momiji 山吹:ヤマブキ:yamabuki
    露草:ツユクサ:tsuyukusa 小春:コハル:koharu 東雲:シノノメ:shinonome 有明:アリアケ:ariake
    十六夜:イザヨイ:izayoi 銀杏:イチョウ:icho 胡桃:クルミ:kurumi 杏:アンズ:anzu 柚子:ユズ:yuzu
    桐:キリ:kiri 樫:カシ:kashi 葵:アオイ:aoi 菖蒲:アヤメ:ayame 睡蓮:スイレン:suiren
    八雲:ヤクモ:yakumo 渚:ナギサ:nagisa 汐:シオ:shio 浜木綿:ハマユウ:hamayu 石蕗:ツワブキ:tsuwabuki
    炭焼:スミヤキ:sumiyaki 機織:ハタオリ:hataori 紙漉:カミスキ:kamisuki 轆轤:ロクロ:rokuro
    漆:ウルシ:urushi 麹:コウジ:koji 味噌蔵:ミソグラ:misogura 茶摘:チャツミ:chatsumi
    帆掛:ホカケ:hokake 錨:イカリ:ikari 羅針:ラシン:rashin 渡舟:ワタシブネ:watashibune
    みみずく:ミミズク:mimizuku つくし:ツクシ:tsukushi どんぐり:ドングリ:donguri あめんぼ:アメンボ:amenbo
    すずかけ:スズカケ:suzukake しろつめ:シロツメ:shirotsume ひぐらし:ヒグラシ:higurashi
    """
)
_ENDINGS: Final = _words(
    """
    沢:ザワ:zawa 浜:ハマ:hama 坂:ザカ:zaka 谷:ダニ:dani 野:ノ:no 原:ハラ:hara 川:ガワ:gawa
    島:ジマ:jima 森:モリ:mori 丘:オカ:oka 台:ダイ:dai 岬:ミサキ:misaki 橋:バシ:bashi 里:サト:sato
    峰:ミネ:mine 池:イケ:ike 窯:ガマ:gama 屋:ヤ:ya 町:マチ:machi
    """
)
_QUARTERS: Final = _words("北:キタ:kita 南:ミナミ:minami 東:ヒガシ:higashi 西:ニシ:nishi 新:シン:shin")

_MEDICAL, _WELFARE, _NPO = "医療法人", "社会福祉法人", "特定非営利活動法人"
_TRADES: Final = tuple(
    _Trade(*(row.split(":")))
    for row in f"""
    製造業:製陶所:セイトウショ:seito: 製造業:製作所:セイサクショ:seisaku: 製造業:精機:セイキ:seiki:
    製造業:金属工業:キンゾクコウギョウ:kinzoku: 製造業:食品:ショクヒン:foods: 製造業:紙器:シキ:shiki:
    製造業:水産加工:スイサンカコウ:suisan: 製造業:縫製:ホウセイ:hosei: 製造業:印刷:インサツ:insatsu:
    建設業:建設:ケンセツ:kensetsu: 建設業:工務店:コウムテン:komuten: 建設業:電設:デンセツ:densetsu:
    建設業:設備:セツビ:setsubi: 建設業:造園:ゾウエン:zoen: 運輸業:運送:ウンソウ:unso:
    運輸業:物流:ブツリュウ:butsuryu: 運輸業:交通:コウツウ:kotsu: 卸売業:商事:ショウジ:shoji:
    卸売業:青果:セイカ:seika: 小売業:商店:ショウテン:shoten: 小売業:薬局:ヤッキョク:yakkyoku:
    小売業:書店:ショテン:books: 飲食業:食堂:ショクドウ:shokudo: 飲食業:珈琲店:コーヒーテン:coffee:
    宿泊業:旅館:リョカン:ryokan: 情報通信業:システム:システム:system: 情報通信業:ソフト:ソフト:soft:
    不動産業:不動産:フドウサン:estate: サービス業:清掃:セイソウ:seiso: サービス業:警備:ケイビ:keibi:
    サービス業:美容室:ビヨウシツ:hair: サービス業:自動車整備:ジドウシャセイビ:seibi: 農業:農園:ノウエン:nouen:
    医療業:クリニック:クリニック:clinic:{_MEDICAL} 医療業:病院:ビョウイン:hospital:{_MEDICAL}
    医療業:歯科:シカ:dental:{_MEDICAL} 福祉業:福祉会:フクシカイ:fukushi:{_WELFARE}
    福祉業:育成会:イクセイカイ:ikusei:{_WELFARE} 福祉業:の家:ノイエ:noie:{_NPO} 福祉業:ネット:ネット:net:{_NPO}
    """.split()
)

_PREFECTURES: Final = _list(
    """
    北海道 青森県 岩手県 宮城県 秋田県 山形県 福島県 茨城県 栃木県 群馬県 埼玉県 埼玉県 千葉県 千葉県 東京都
    東京都 東京都 神奈川県 神奈川県 新潟県 富山県 石川県 福井県 山梨県 長野県 岐阜県 静岡県 愛知県 愛知県 三重県
    滋賀県 京都府 大阪府 大阪府 兵庫県 奈良県 和歌山県 鳥取県 島根県 岡山県 広島県 山口県 徳島県 香川県 愛媛県
    高知県 福岡県 福岡県 佐賀県 長崎県 熊本県 大分県 宮崎県 鹿児島県 沖縄県
    """
)
_CITIES: Final = _list(
    """
    青鷺市 若月市 白砂浦市 夕立市 風待市 双葉野市 霧ヶ原市 月見台市 鈴音市 千本杉市 藤袴市 八重雲市 小夜川市
    虹ノ瀬市 花筏町 帆柱町 石垣野町 水鏡町 三ツ滝町 狐塚町
    """
)
_TOWNS: Final = _list("本町 栄 若葉台 緑ヶ丘 中央 旭ヶ丘 港町 駅前 桜坂 新田 弁天 上ノ原 大工町 桶屋町 鍛冶町 稲荷前")
# Fewer than five people in 60 % of workplaces, 5 to 29 in 30 % (law.md 7); mean about 17 with the rest.
_HEADCOUNTS: Final = ((0.60, 1, 4), (0.90, 5, 29), (0.985, 30, 100), (0.9985, 101, 500), (1.0, 501, 2500))
_CODE_FORMATS: Final = ("{0}", "{0:04d}", "K{0:04d}", "A-{0:03d}", "{0:05d}", "E{0}")


def companies(seed: int, count: int, *, start: int = 0, today: date = DEMO_TODAY) -> Iterator[CompanySpec]:
    """Give `count` invented companies, one at a time.

    Codes and names are unique within one call. Offices that share a database take disjoint ranges by
    `start`, so that the number seeds of their people never meet.
    """
    rng = Random(f"azukari demo companies {seed} {start}")  # noqa: S311 (a seeded demo, no secret)
    codes: set[str] = set(SHEET_CODES)
    names: set[str] = set()
    for index in range(start, start + count):
        stem, trade = _fresh_name(rng, names)
        yield _company(rng, index=index, seed=seed, stem=stem, trade=trade, codes=codes, today=today)


def address(rng: Random, prefecture: str, city: str) -> str:
    """Make up an address in a town that does not exist."""
    block = f"{rng.randint(1, 6)}-{rng.randint(1, 28)}-{rng.randint(1, 19)}"
    return f"{prefecture}{city}{rng.choice(_TOWNS)}{block}"


def _company(
    rng: Random,
    *,
    index: int,
    seed: int,
    stem: _Word,
    trade: _Trade,
    codes: set[str],
    today: date,
) -> CompanySpec:
    form, first = _legal_form(rng, trade)
    brand = f"{stem.text}{trade.text}"
    prefecture, city = rng.choice(_PREFECTURES), rng.choice(_CITIES)
    started_on, ended_on = _contract(rng, today)
    return CompanySpec(
        index=index,
        code=_fresh_code(stem, trade, codes),
        name=f"{form}{brand}" if first else f"{brand}{form}",
        name_kana=f"{stem.kana}{trade.kana}",
        legal_form=form,
        legal_form_first=first,
        industry=trade.industry,
        prefecture=prefecture,
        city=city,
        address=address(rng, prefecture, city),
        contract_started_on=started_on,
        contract_ended_on=ended_on,
        purposes=rng.choice(_SCOPES),
        headcount=_headcount(rng),
        code_format=rng.choice(_CODE_FORMATS),
        seed=seed,
    )


def _fresh_name(rng: Random, taken: set[str]) -> tuple[_Word, _Trade]:
    """Draw stem and trade until they are new; after some tries put a quarter (北, 新 …) in front."""
    for attempt in range(1_000):
        stem, trade = rng.choice(_STEMS), rng.choice(_TRADES)
        if rng.random() < 0.7:
            stem = _join(stem, rng.choice(_ENDINGS))
        if attempt > 5:
            stem = _join(rng.choice(_QUARTERS), stem)
        if attempt > 20:
            stem = _join(rng.choice(_STEMS), stem)
        name = f"{stem.text}{trade.text}"
        if name not in taken:
            taken.add(name)
            return stem, trade
    raise ValueError("the words for company names are used up")


def _join(left: _Word, right: _Word) -> _Word:
    return _Word(left.text + right.text, left.kana + right.kana, left.slug + right.slug)


def _fresh_code(stem: _Word, trade: _Trade, taken: set[str]) -> str:
    """Take the stem as code (`kawara`), else with the trade (`kawara-unso`), else with a number."""
    code, number = stem.slug, 1
    while code in taken:
        code = f"{stem.slug}-{trade.slug}" if number == 1 else f"{stem.slug}-{trade.slug}{number}"
        number += 1
    taken.add(code)
    return code


def _legal_form(rng: Random, trade: _Trade) -> tuple[str, bool]:
    if trade.form:
        return trade.form, True
    form = rng.choices(("株式会社", "有限会社", "合同会社"), (70, 20, 10))[0]
    return form, rng.random() < 0.65


def _contract(rng: Random, today: date) -> tuple[date, date | None]:
    """Start on the first of a month in the last fifteen years; one contract in twenty has ended."""
    day = today - timedelta(days=rng.randint(60, 15 * 365))
    started_on = day.replace(day=1)
    if rng.random() >= 0.05 or (today - started_on).days < 800:
        return started_on, None
    last = today - timedelta(days=rng.randint(20, min(1_100, (today - started_on).days - 400)))
    return started_on, last.replace(day=1) - timedelta(days=1)


def _headcount(rng: Random) -> int:
    draw = rng.random()
    low, high = next((low, high) for share, low, high in _HEADCOUNTS if draw <= share)
    return rng.randint(low, high)
