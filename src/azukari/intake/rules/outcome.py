"""What can be said about one person of a sheet: the outcome, the reasons, and a Japanese sentence for each.

A sentence gives 原因 and then 対処, names the row and the person, and never a digit of a number. Reasons of the sheet
come first, those that need the ledger (`comparison.py`) last. Whether a reason refuses or only asks stands in
`OUTCOME_OF`, in one place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What happens to a person: registered, asked about first, or not registered."""

    ACCEPTED = "ACCEPTED"
    WARNING = "WARNING"
    REFUSED = "REFUSED"


OUTCOME_LABELS = {
    Outcome.ACCEPTED: "登録できます",
    Outcome.WARNING: "確認が必要",
    Outcome.REFUSED: "誤り",
}


class Reason(StrEnum):
    """Why a person is asked about or refused. Stored codes; sentences are in `_SENTENCES`."""

    BIRTH_DATE_INVALID = "BIRTH_DATE_INVALID"
    BIRTH_DATE_MISSING = "BIRTH_DATE_MISSING"
    CHECK_DIGIT = "CHECK_DIGIT"
    DAMAGED_SCIENTIFIC = "DAMAGED_SCIENTIFIC"
    DATE_UNREADABLE = "DATE_UNREADABLE"
    DEAD_DOCUMENT = "DEAD_DOCUMENT"
    DUPLICATE = "DUPLICATE"
    EMPLOYEE_CODE_LIKE_NUMBER = "EMPLOYEE_CODE_LIKE_NUMBER"
    EMPLOYEE_CODE_TWICE = "EMPLOYEE_CODE_TWICE"
    FAMILY_OF_ROW_ABOVE = "FAMILY_OF_ROW_ABOVE"
    FORMULA = "FORMULA"
    FORMULA_WITHOUT_VALUE = "FORMULA_WITHOUT_VALUE"
    HIDDEN_ROW = "HIDDEN_ROW"
    LEADING_ZERO_LOST = "LEADING_ZERO_LOST"
    LEFT_IN_SHEET = "LEFT_IN_SHEET"
    LENGTH = "LENGTH"
    MISMATCH = "MISMATCH"
    NAME_HAS_NUMBER = "NAME_HAS_NUMBER"
    NAME_INCOMPLETE = "NAME_INCOMPLETE"
    NAME_MISSING = "NAME_MISSING"
    NAME_UNREADABLE = "NAME_UNREADABLE"
    NOTICE_CARD = "NOTICE_CARD"
    NOT_DIGITS = "NOT_DIGITS"
    NO_NUMBER_WITH_REASON = "NO_NUMBER_WITH_REASON"
    NUMBER_ALL_ZERO = "NUMBER_ALL_ZERO"
    NUMBER_MISSING = "NUMBER_MISSING"
    PERSON_TWICE = "PERSON_TWICE"
    PERSON_TWICE_DIFFERENT = "PERSON_TWICE_DIFFERENT"
    RAGGED_ROW = "RAGGED_ROW"
    STORED_AS_NUMBER = "STORED_AS_NUMBER"
    STRUCK_OUT = "STRUCK_OUT"
    TEXT_SHORTENED = "TEXT_SHORTENED"
    TOO_LONG = "TOO_LONG"
    WRONG_COMPANY = "WRONG_COMPANY"
    # These need the ledger.
    AMBIGUOUS_PERSON = "AMBIGUOUS_PERSON"
    BIRTH_DATE_DIFFERS = "BIRTH_DATE_DIFFERS"
    DUPLICATE_IN_LEDGER = "DUPLICATE_IN_LEDGER"
    EMPLOYEE_CODE_DIFFERS = "EMPLOYEE_CODE_DIFFERS"
    MATCHED_BY_NAME_ONLY = "MATCHED_BY_NAME_ONLY"
    NAME_DIFFERS = "NAME_DIFFERS"
    NUMBER_CHANGES = "NUMBER_CHANGES"
    OTHER_PERSON = "OTHER_PERSON"
    PERSON_LEFT = "PERSON_LEFT"
    TWO_ROWS_ONE_PERSON = "TWO_ROWS_ONE_PERSON"


_WARNINGS = frozenset(
    (
        Reason.AMBIGUOUS_PERSON,
        Reason.BIRTH_DATE_DIFFERS,
        Reason.BIRTH_DATE_MISSING,
        Reason.DATE_UNREADABLE,
        Reason.EMPLOYEE_CODE_DIFFERS,
        Reason.FAMILY_OF_ROW_ABOVE,
        Reason.FORMULA,
        Reason.HIDDEN_ROW,
        Reason.LEFT_IN_SHEET,
        Reason.MATCHED_BY_NAME_ONLY,
        Reason.NAME_DIFFERS,
        Reason.NAME_INCOMPLETE,
        Reason.NOTICE_CARD,
        Reason.NO_NUMBER_WITH_REASON,
        Reason.NUMBER_CHANGES,
        Reason.PERSON_LEFT,
        Reason.STORED_AS_NUMBER,
        Reason.STRUCK_OUT,
        Reason.TEXT_SHORTENED,
    )
)
OUTCOME_OF = {reason: Outcome.WARNING if reason in _WARNINGS else Outcome.REFUSED for reason in Reason}

_ASK_FOR_TEXT = "番号の列を「文字列」の書式にして、写しを見ながら入力し直してもらってください。"

# {detail} is filled from the finding: a masked text, a name, a count. Never a digit of a number.
_SENTENCES = {
    Reason.BIRTH_DATE_INVALID: "生年月日が正しくありません{detail}。正しい日付に直してください。",
    Reason.BIRTH_DATE_MISSING: "生年月日が空欄です。本人を取り違えていないか確認してください。",
    Reason.CHECK_DIGIT: "個人番号の検算が合いません。書き写しの誤りがないか確認してください。",
    Reason.DAMAGED_SCIENTIFIC: f"個人番号の下の桁がExcelの表示（E+11）で失われています。{_ASK_FOR_TEXT}",
    Reason.DATE_UNREADABLE: "{detail}を読み取れません。日付を確認してください。登録すると、この日付は空欄になります。",
    Reason.DEAD_DOCUMENT: "{detail}は本人確認に使えません。使える書類で確認し直してください。",
    Reason.DUPLICATE: "{detail}さんと同じ個人番号です。どちらの番号か、写しを確認してください。",
    Reason.EMPLOYEE_CODE_LIKE_NUMBER: (
        "社員番号の欄に12桁の数字があります。個人番号を社員番号に使うことはできません。列の割り当てか社員番号を直してください。"
    ),
    Reason.EMPLOYEE_CODE_TWICE: "同じ社員番号の本人が{detail}にもいます。社員番号か続柄を直してください。",
    Reason.FAMILY_OF_ROW_ABOVE: "社員番号が空欄です。上の行の{detail}さんの家族として登録してよいか確認してください。",
    Reason.FORMULA: "個人番号が数式で入っています。表示されている番号が本人のものか、写しを確認してください。",
    Reason.FORMULA_WITHOUT_VALUE: (
        "個人番号が数式で入っていて、結果がありません。番号を文字列で入力し直してもらってください。"
    ),
    Reason.HIDDEN_ROW: "シートで非表示になっています。登録してよい人か確認してください。",
    Reason.LEADING_ZERO_LOST: f"個人番号の先頭の0が失われたようです（11桁）。{_ASK_FOR_TEXT}",
    Reason.LEFT_IN_SHEET: "退職日（{detail}）が記入されています。番号を受け取る理由があるか確認してください。",
    Reason.LENGTH: "個人番号の桁が{detail}。写しを見て入力し直してもらってください。",
    Reason.MISMATCH: "{detail}。写しを見て、両方の欄に入力し直してもらってください。",
    Reason.NAME_HAS_NUMBER: "氏名の欄に長い数字があります。列の割り当てか氏名を直してください。",
    Reason.NAME_INCOMPLETE: "姓か名の一方が空欄です。氏名がこれで全部か確認してください。",
    Reason.NAME_MISSING: "氏名が空欄です。氏名を記入してください。",
    Reason.NAME_UNREADABLE: (
        "氏名に読み取れない文字（外字や伏せ字）があります。住民票などの表記を確認して書き直してください。"
    ),
    Reason.NOTICE_CARD: "通知カードは、氏名と住所が住民票と同じときだけ使えます。記載を確認してください。",
    Reason.NOT_DIGITS: "個人番号に数字でない文字があります。写しを見て、数字だけで入力し直してもらってください。",
    Reason.NO_NUMBER_WITH_REASON: (
        "個人番号が空欄です（備考：{detail}）。「未取得」として台帳に載せてよいか確認してください。"
    ),
    Reason.NUMBER_ALL_ZERO: "個人番号が0だけです。写しを見て入力し直してもらってください。",
    Reason.NUMBER_MISSING: "個人番号が空欄です。記入するか、もらえない理由を備考に書いてもらってください。",
    Reason.PERSON_TWICE: "同じ人が{detail}にもいます。重ねて書いた行を消してもらってください。",
    Reason.PERSON_TWICE_DIFFERENT: (
        "同じ人が{detail}にもいて、個人番号が違います。写しを見て、正しい方だけを残してください。"
    ),
    Reason.RAGGED_ROW: "列の数が見出しより多く、値が右にずれています。余分なコンマを直してもらってください。",
    Reason.STORED_AS_NUMBER: "個人番号が数値で入っています。桁が変わっていないか、写しを確認してください。",
    Reason.STRUCK_OUT: "取り消し線が引かれています。退職した人などでないか確認してください。",
    Reason.TEXT_SHORTENED: "{detail}が長すぎます。登録すると後ろを切り取ります。",
    Reason.TOO_LONG: "{detail}が長すぎます。列の割り当てか内容を直してください。",
    Reason.WRONG_COMPANY: "事業所コードがこの顧問先と違います（{detail}）。送り先を間違えていないか確認してください。",
    Reason.AMBIGUOUS_PERSON: (
        "台帳に同じ氏名の人が{detail}名いて、どの人か決められません。社員番号と生年月日を確認してください。"
        "登録すると、新しい人として載ります。"
    ),
    Reason.BIRTH_DATE_DIFFERS: "生年月日が違います　台帳：{detail}。どちらが正しいか確認してください。",
    Reason.DUPLICATE_IN_LEDGER: (
        "台帳の別の人に、同じ個人番号が登録されています。どちらの番号か、写しを確認してください。"
    ),
    Reason.EMPLOYEE_CODE_DIFFERS: "社員番号が違います　台帳：{detail}。同じ人か確認してください。",
    Reason.MATCHED_BY_NAME_ONLY: "氏名だけで台帳の人と結び付けました。同じ人か確認してください。",
    Reason.NAME_DIFFERS: "氏名が違います　台帳：{detail}。改姓などか、書き誤りでないか確認してください。",
    Reason.NUMBER_CHANGES: "登録済みの番号と違います。番号が変わったことを本人に確認してから登録してください。",
    Reason.OTHER_PERSON: (
        "同じ社員番号の人が台帳にいますが、氏名も生年月日も違います　台帳：{detail}。社員番号か台帳を直してください。"
    ),
    Reason.PERSON_LEFT: "台帳では退職した人です（{detail}）。番号を受け取る理由があるか確認してください。",
    Reason.TWO_ROWS_ONE_PERSON: "{detail}と、台帳の同じ人に当たります。正しい方だけを残してください。",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason with what its sentence needs: another person's name, a count, a document. Never part of a number."""

    reason: Reason
    detail: str = ""

    @property
    def outcome(self) -> Outcome:
        """Tell what the reason does to the person."""
        return OUTCOME_OF[self.reason]

    @property
    def text(self) -> str:
        """Write 原因 and 対処 without row and name, for a table that shows them in columns."""
        return _SENTENCES[self.reason].format(detail=self.detail)


def outcome_of(findings: Iterable[Finding]) -> Outcome:
    """Take the hardest of several reasons; none is ACCEPTED."""
    outcomes = {finding.outcome for finding in findings}
    if Outcome.REFUSED in outcomes:
        return Outcome.REFUSED
    return Outcome.WARNING if outcomes else Outcome.ACCEPTED
