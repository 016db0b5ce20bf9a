"""Excel of client companies: what a row says, what is wrong with it, and what it would change. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from enum import StrEnum

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
    "契約開始日": "contract_from",
    "契約終了日": "contract_ended_on",
}
NEEDED = ("コード", "事業所名", "カナ", "契約開始日")
MOST_ROWS = 5000
_LENGTHS = {"name": 100, "kana": 150, "postal_code": 8, "address": 200, "telephone": 30, "contact_name": 60}


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


def find_faults(facts: Mapping[str, str]) -> tuple[dict[str, object], list[str]]:
    """Read typed texts of one company into values. Gives them, and a sentence for each fault."""
    values: dict[str, object] = {name: facts.get(name, "").strip() for name in COLUMNS.values()}
    faults: list[str] = []
    code = tidy_word(str(values["code"]))
    values["code"] = code
    if not is_login_id(code):
        faults.append("コードは、半角の英字・数字と . _ - を使って、3〜40文字で入力してください。")
    if not values["name"]:
        faults.append("事業所名が入力されていません。")
    values["kana"] = kana = text.to_katakana(str(values["kana"]))
    if not kana:
        faults.append("カナが入力されていません。")
    number = text.fold_number(str(values["corporate_number"]))
    values["corporate_number"] = number
    if number and not is_valid_corporate_number(number):
        faults.append("法人番号が正しくありません。13桁の数字を確認してください。")
    postal = text.fold_number(str(values["postal_code"]))
    values["postal_code"] = f"{postal[:3]}-{postal[3:]}" if len(postal) == 7 and postal.isdecimal() else postal
    if postal and not (len(postal) == 7 and postal.isdecimal()):
        faults.append("郵便番号は、7桁の数字で入力してください。")
    for name in ("contract_from", "contract_ended_on"):
        written = str(values[name])
        try:
            values[name] = wareki.parse_date(written) if written else None
        except AzukariError:
            values[name] = None
            faults.append(
                f"{'契約開始日' if name == 'contract_from' else '契約終了日'}「{written}」を日付として読み取れません。"
            )
    start, end = values["contract_from"], values["contract_ended_on"]
    if start is None and not any("契約開始日" in fault for fault in faults):
        faults.append("契約開始日が入力されていません。")
    if isinstance(start, date) and isinstance(end, date) and end < start:
        faults.append("契約終了日が、契約開始日より前です。")
    faults += [
        f"{label}は{_LENGTHS[name]}文字までで入力してください。"
        for label, name in COLUMNS.items()
        if name in _LENGTHS and len(str(values[name])) > _LENGTHS[name]
    ]
    return values, faults


def check_rows(rows: Sequence[tuple[int, Mapping[str, str]]], known: Mapping[str, ClientFacts]) -> list[CheckedRow]:
    """Check the rows of a sheet against the companies there are, by code. A code twice rejects the later row."""
    checked: list[CheckedRow] = []
    seen: dict[str, int] = {}
    for place, typed in rows:
        values, faults = find_faults(typed)
        code = str(values["code"])
        if code in seen:
            faults.append(f"コード「{code}」が、{seen[code]}行目にもあります。")
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
