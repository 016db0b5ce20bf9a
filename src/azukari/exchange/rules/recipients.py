"""Is this going to the wrong client? Names and numbers of other clients in what is about to be sent.

A guard before sending, not a proof: it names the other clients a text speaks of, and a person decides.

Source: 個人情報保護法23条・25条 and the wrong deliveries (誤送付) that lead the reports of the 個人情報保護委員会.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from azukari.kernel.text import HYPHENS, fold_name, fold_number

MIN_STEM = 3
# The longest registered names have about 50 characters; more lengths would only cost time at every place of a text.
MAX_STEM = 60
MIN_BUSINESS_DIGITS = 8


@dataclass(frozen=True, slots=True)
class ClientName:
    """What a client is known by. `business_numbers` are 事業所番号 and 労働保険番号 as the office typed them."""

    id: str
    name: str
    code: str = ""
    corporate_number: str = ""
    business_numbers: tuple[str, ...] = ()


# As `fold_name` writes them: ㈱ is (株) there, hiragana is katakana, Latin letters are small.
_MARKS = tuple(
    map(
        fold_name,
        (
            *("株式会社", "(株)", "有限会社", "(有)", "合同会社", "(同)", "合資会社", "(資)", "合名会社", "(名)"),
            *("特定非営利活動法人", "NPO法人", "一般社団法人", "公益社団法人", "一般財団法人", "公益財団法人"),
            *("医療法人社団", "医療法人財団", "社会医療法人", "医療法人", "(医)", "社会福祉法人", "(福)", "学校法人"),
            *("(学)", "宗教法人", "(宗)", "社会保険労務士法人", "税理士法人", "弁護士法人", "司法書士法人"),
            *("行政書士法人", "監査法人", "農事組合法人", "協同組合", "co.,ltd.", "co.ltd.", "corporation", "inc."),
        ),
    )
)
_MARK = "|".join(re.escape(mark) for mark in sorted(_MARKS, key=len, reverse=True))
_MARK_AT_ENDS = re.compile(rf"^(?:{_MARK})+|(?:{_MARK})+$")
_MARK_BEFORE = re.compile(rf"(?:{_MARK})$")
_MARK_AFTER = re.compile(_MARK)
_LONGEST_MARK = max(map(len, _MARKS))

# Words that are a name to one company and plain speech to all others.
_COMMON = """
サービス システム クリニック センター ホーム コーポレーション グループ ホールディングス コンサルティング
エンジニアリング プランニング デザイン オフィス サポート ネットワーク ソリューション マネジメント 事務所
製作所 工務店 建設業 製造業 運送業 飲食店 介護 保育園 幼稚園 薬局 歯科 歯科医院 会社名 従業員 テスト
サンプル
"""
_TOO_COMMON = frozenset(map(fold_name, _COMMON.split()))
_KANA = re.compile("[ァ-ヺー]")
_LATIN = re.compile("[a-z0-9]")

_JOINED = re.compile(rf"[0-9０-９](?:[{re.escape(HYPHENS)}]?[0-9０-９])*")
_SPACED = re.compile(rf"[0-9０-９](?:[{re.escape(HYPHENS)} \u3000\u00a0]?[0-9０-９])*")


def find_other_clients(texts: Sequence[str], *, chosen: ClientName, others: Sequence[ClientName]) -> list[ClientName]:
    """Find the clients other than the chosen one whose name or numbers stand in the texts, in the order of `others`.

    A name the chosen client's own name contains does not count, nor does a name inside a longer one of another
    client. Linear in the texts: at each place one look-up, and one more for each length of a name that begins so.
    """
    own = fold_name(chosen.name)
    by_stem: dict[str, set[str]] = {}
    for other in others:
        stem = stem_of(other.name)
        if other.id != chosen.id and len(stem) >= MIN_STEM and stem not in _TOO_COMMON and stem not in own:
            by_stem.setdefault(stem, set()).add(other.id)
    by_number: dict[str, set[str]] = {}
    for other in others:
        if other.id != chosen.id:
            for number in set(_numbers_of(other)).difference(_numbers_of(chosen)):
                by_number.setdefault(number, set()).add(other.id)
    # The chosen name is looked for as well: what lies inside it belongs to it.
    own_stem = stem_of(chosen.name)
    if len(own_stem) >= MIN_STEM:
        by_stem.setdefault(own_stem, set())
    finder = _StemFinder(by_stem)
    found: set[str] = set()
    for text in texts:
        for stem in finder.stems_in(fold_name(text)):
            found |= by_stem[stem]
        for number in _numbers_in(text) & by_number.keys():
            found |= by_number[number]
    return [other for other in others if other.id in found]


def stem_of(name: str) -> str:
    """Take the kind of company off a name and fold the rest: ㈱さくら and さくら株式会社 are one."""
    return _MARK_AT_ENDS.sub("", fold_name(name))[:MAX_STEM]


class _StemFinder:
    """Finds stems in a folded text, the longest at each place."""

    def __init__(self, stems: dict[str, set[str]]) -> None:
        # By the first three characters: which lengths there are, the longest first.
        self._stems = stems
        self._lengths: dict[str, list[int]] = {}
        for length, start in sorted({(len(stem), stem[:MIN_STEM]) for stem in stems}, reverse=True):
            self._lengths.setdefault(start, []).append(length)

    def stems_in(self, text: str) -> Iterator[str]:
        covered = 0
        for at in range(len(text) - MIN_STEM + 1):
            for length in self._lengths.get(text[at : at + MIN_STEM], ()):
                end = at + length
                stem = text[at:end]
                if end > covered and stem in self._stems and _stands_alone(text, at, end):
                    covered = end
                    yield stem
                    break


def _stands_alone(text: str, start: int, end: int) -> bool:
    # アイス is not in アイスクリーム, but さくら is in 株式会社さくらの: folded, の looks like one more katakana.
    if _MARK_BEFORE.search(text[max(0, start - _LONGEST_MARK) : start]) or _MARK_AFTER.match(text, end):
        return True
    return not any(
        script.match(text, inner) and 0 <= outer < len(text) and script.match(text, outer)
        for script in (_KANA, _LATIN)
        for inner, outer in ((start, start - 1), (end - 1, end))
    )


def _numbers_of(client: ClientName) -> set[str]:
    numbers = {fold_number(client.corporate_number), *map(fold_number, client.business_numbers)}
    return {number for number in numbers if len(number) >= MIN_BUSINESS_DIGITS and number.isdecimal()}


def _numbers_in(text: str) -> set[str]:
    return {fold_number(match[0]) for pattern in (_JOINED, _SPACED) for match in pattern.finditer(text)}
