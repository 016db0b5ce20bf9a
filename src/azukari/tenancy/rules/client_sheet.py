"""Excel of client companies: what a row says, what is wrong with it, and what it would change. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from azukari.kernel import text, wareki
from azukari.kernel.check_digits import is_valid_corporate_number
from azukari.kernel.errors import AzukariError
from azukari.tenancy.rules.login import is_login_id, tidy_word

COLUMNS = {
    "コード": "code",
    "事業所名": "name",
    "カナ": "kana",
    "法人番号": "corporate_number",
    "郵便番号": "postal_code",
    "所在地": "address",
    "電話": "telephone",
    "担当者": "contact_name",
    "事業所番号": "business_numbers",
    "分類": "tags",
    "契約開始日": "contract_from",
    "契約終了日": "contract_ended_on",
}
NEEDED = ("コード", "事業所名", "カナ", "契約開始日")
MOST_ROWS = 5000
_LENGTHS = {"name": 100, "kana": 150, "postal_code": 8, "address": 200, "telephone": 30, "contact_name": 60}
_LENGTHS |= {"business_numbers": 200, "tags": 200}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFacts:
    """What an office says of a client company."""

    code: str
    name: str
    kana: str
    contract_from: date
    contract_ended_on: date | None = None
    corporate_number: str = ""
    postal_code: str = ""
    address: str = ""
    telephone: str = ""
    contact_name: str = ""
    business_numbers: str = ""
    tags: str = ""


class Verdict(StrEnum):
    """What a row of the sheet would do."""

    NEW = "NEW"
    CHANGED = "CHANGED"
    SAME = "SAME"
    REJECTED = "REJECTED"


VERDICT_LABELS = {
    Verdict.NEW: "追加",
    Verdict.CHANGED: "変更",
    Verdict.SAME: "同じ",
    Verdict.REJECTED: "不備",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedRow:
    """One row after the check. `facts` is None when rejected; `typed` is what stood there, for the page."""

    row: int
    verdict: Verdict
    typed: Mapping[str, str]
    facts: ClientFacts | None = None
    faults: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()


class Fault(NamedTuple):
    """What is wrong with one field of a company."""

    field: str
    sentence: str


def find_faults(typed: Mapping[str, str]) -> tuple[dict[str, object], list[Fault]]:
    """Read typed texts of one company into values. Gives them, and what is wrong, in the order of the columns.

    The form and the Excel both read through here, so they take and refuse the same.
    """
    texts = {name: text.clean_name(typed.get(name, "")) for name in COLUMNS.values()}
    texts["code"] = tidy_word(texts["code"])
    texts["kana"] = text.to_katakana(texts["kana"])
    texts["corporate_number"] = text.fold_number(texts["corporate_number"])
    texts["postal_code"] = text.hyphenate_postal_code(texts["postal_code"].removeprefix("〒"))
    texts["telephone"] = _telephone(texts["telephone"])
    texts["business_numbers"] = "、".join(_words(unicodedata.normalize("NFKC", texts["business_numbers"])))
    texts["tags"] = "、".join(_words(texts["tags"]))
    faults = {
        name: f"{label}が入力されていません。" for label, name in COLUMNS.items() if label in NEEDED and not texts[name]
    }
    faults |= {
        name: f"{label}は{_LENGTHS[name]}文字までで入力してください。"
        for label, name in COLUMNS.items()
        if len(texts[name]) > _LENGTHS.get(name, len(texts[name]))
    }
    if texts["code"] and not is_login_id(texts["code"]):
        faults["code"] = "コードは、半角の英字・数字と . _ - を使って、3〜40文字で入力してください。"
    if texts["corporate_number"] and not is_valid_corporate_number(texts["corporate_number"]):
        faults["corporate_number"] = "法人番号が正しくありません。13桁の数字を確認してください。"
    if texts["postal_code"] and not text.is_postal_code(texts["postal_code"]):
        faults["postal_code"] = "郵便番号は、7桁の数字で入力してください。"
    start = _day("契約開始日", texts, faults)
    end = _day("契約終了日", texts, faults)
    if start and end and end < start:
        faults["contract_ended_on"] = "契約終了日が、契約開始日より前です。"
    values: dict[str, object] = {**texts, "contract_from": start, "contract_ended_on": end}
    return values, [Fault(name, faults[name]) for name in COLUMNS.values() if name in faults]


def _words(typed: str) -> list[str]:
    """Read a list of words as people separate them, each once."""
    return list(dict.fromkeys(word for word in re.split(r"[\s,、，;；/／・]+", typed) if word))


_BETWEEN_DIGITS = re.compile(rf"(?<=\d)[{re.escape(text.HYPHENS)}](?=\d)")


def _telephone(typed: str) -> str:
    return _BETWEEN_DIGITS.sub("-", text.clean_name(unicodedata.normalize("NFKC", typed)))


def _day(label: str, texts: Mapping[str, str], faults: dict[str, str]) -> date | None:
    written = texts[COLUMNS[label]]
    try:
        return wareki.parse_date(written) if written else None
    except AzukariError as error:
        faults[COLUMNS[label]] = f"{label}「{written[:20]}」を日付として読み取れません。{error.advice}"
        return None


def check_rows(
    rows: Sequence[tuple[int, Mapping[str, str]]], known: Mapping[str, ClientFacts], *, hidden: Collection[str] = ()
) -> list[CheckedRow]:
    """Check the rows of a sheet against the companies there are, by code. A code twice rejects the later row.

    `hidden` are codes of companies that are not the reader's to see: their rows are rejected.
    """
    checked: list[CheckedRow] = []
    seen: dict[str, int] = {}
    for place, typed in rows:
        values, found = find_faults(typed)
        faults = [fault.sentence for fault in found]
        code = str(values["code"])
        if code and code in seen:
            faults.append(f"コード「{code}」が、{seen[code]}行目にもあります。")
        if code in hidden:
            faults.append(f"コード「{code}」は、担当していない顧問先のものです。")
        seen.setdefault(code, place)
        if faults:
            checked.append(CheckedRow(row=place, verdict=Verdict.REJECTED, typed=typed, faults=tuple(faults)))
            continue
        facts = ClientFacts(**values)  # type: ignore[arg-type]  # every value was read above
        before = known.get(code)
        changes = differences(before, facts) if before else ()
        verdict = Verdict.NEW if before is None else Verdict.CHANGED if changes else Verdict.SAME
        checked.append(CheckedRow(row=place, verdict=verdict, typed=typed, facts=facts, changes=changes))
    return checked


def differences(before: ClientFacts, after: ClientFacts) -> tuple[str, ...]:
    """Give the labels of what differs."""
    old, new = asdict(before), asdict(after)
    return tuple(label for label, name in COLUMNS.items() if old[name] != new[name])


def to_json(facts: ClientFacts) -> dict[str, str]:
    """Write facts for a row that waits."""
    return {
        field.name: value.isoformat() if isinstance(value := getattr(facts, field.name), date) else value or ""
        for field in fields(facts)
    }


def from_json(stored: Mapping[str, str]) -> ClientFacts:
    """Read facts of a row that waited."""
    end = stored["contract_ended_on"]
    return ClientFacts(
        **{
            **stored,
            "contract_from": date.fromisoformat(stored["contract_from"]),
            "contract_ended_on": date.fromisoformat(end) if end else None,
        }  # type: ignore[arg-type]  # the two dates are read here, the rest is text
    )
