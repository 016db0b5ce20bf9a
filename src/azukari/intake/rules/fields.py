"""The fields a column can be, their labels, and the words headings use for them.

A heading counts only if it says the word and nothing more (after folding width, blanks and remarks in brackets):
「配偶者のマイナンバー」 must never pass for the employee's own column. Who a column is about comes from a word in front
(家族1, 配偶者) or from the row of headings above.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache


class Field(StrEnum):
    """What a column holds. Stored codes; labels are in `FIELD_LABELS`."""

    CLIENT_CODE = "CLIENT_CODE"
    EMPLOYEE_CODE = "EMPLOYEE_CODE"
    NAME = "NAME"
    FAMILY_NAME = "FAMILY_NAME"
    GIVEN_NAME = "GIVEN_NAME"
    KANA = "KANA"
    FAMILY_KANA = "FAMILY_KANA"
    GIVEN_KANA = "GIVEN_KANA"
    BIRTH_DATE = "BIRTH_DATE"
    SEX = "SEX"
    RELATIONSHIP = "RELATIONSHIP"
    DEPENDANT_KIND = "DEPENDANT_KIND"
    NUMBER = "NUMBER"
    NUMBER_AGAIN = "NUMBER_AGAIN"
    NUMBER_CHECK_DOCUMENT = "NUMBER_CHECK_DOCUMENT"
    PERSON_CHECK_DOCUMENT = "PERSON_CHECK_DOCUMENT"
    IDENTITY_DOCUMENT = "IDENTITY_DOCUMENT"
    CHECKED_ON = "CHECKED_ON"
    CHECKED_BY = "CHECKED_BY"
    JOINED_ON = "JOINED_ON"
    LEFT_ON = "LEFT_ON"
    NOTE = "NOTE"
    IGNORE = "IGNORE"


FIELD_LABELS = {
    Field.CLIENT_CODE: "事業所コード",
    Field.EMPLOYEE_CODE: "社員番号",
    Field.NAME: "氏名",
    Field.FAMILY_NAME: "姓",
    Field.GIVEN_NAME: "名",
    Field.KANA: "フリガナ",
    Field.FAMILY_KANA: "姓（フリガナ）",
    Field.GIVEN_KANA: "名（フリガナ）",
    Field.BIRTH_DATE: "生年月日",
    Field.SEX: "性別",
    Field.RELATIONSHIP: "続柄",
    Field.DEPENDANT_KIND: "扶養区分",
    Field.NUMBER: "個人番号",
    Field.NUMBER_AGAIN: "個人番号（確認）",
    Field.NUMBER_CHECK_DOCUMENT: "番号確認書類",
    Field.PERSON_CHECK_DOCUMENT: "身元確認書類",
    Field.IDENTITY_DOCUMENT: "本人確認書類（番号・身元の両方）",
    Field.CHECKED_ON: "確認日",
    Field.CHECKED_BY: "確認者",
    Field.JOINED_ON: "入社日",
    Field.LEFT_ON: "退職日",
    Field.NOTE: "備考",
    Field.IGNORE: "取り込まない",
}

# Written folded: NFKC, no blanks, lower case, hiragana and katakana as they stand.
_WORDS = {
    Field.CLIENT_CODE: "事業所コード 事業所cd 事業所no 会社コード 会社cd 企業コード 顧問先コード 顧問先cd 顧客コード",
    Field.EMPLOYEE_CODE: (
        "社員番号 社員no 社員コード 社員cd 社員id 従業員番号 従業員no 従業員コード 従業員cd 従業員id 職員番号 "
        "職員コード 職員no スタッフコード スタッフ番号 社番 職番 個人コード 従業員個人コード"
    ),
    Field.NAME: (
        "氏名 お名前 名前 姓名 漢字氏名 氏名漢字 氏名(漢字) 社員名 社員氏名 従業員名 従業員氏名 職員名 職員氏名 "
        "対象者氏名 名前(漢字) 家族氏名 扶養者氏名 被扶養者氏名 扶養親族氏名 name"
    ),
    Field.FAMILY_NAME: "姓 氏 苗字 名字 姓漢字 姓(漢字) 氏(漢字) 漢字姓",
    Field.GIVEN_NAME: "名 名漢字 名(漢字) 漢字名 下の名前",
    Field.KANA: (
        "フリガナ ふりがな カナ かな ヨミガナ よみがな 読みがな 読み仮名 振り仮名 カナ氏名 氏名カナ 氏名(カナ) "
        "氏名(かな) 氏名フリガナ 氏名ふりがな 氏名(フリガナ) 氏名(ふりがな) フリガナ氏名 お名前(フリガナ) "
        "お名前(ふりがな) お名前フリガナ 名前(カナ) 従業員名カナ 従業員氏名カナ 社員名カナ 社員氏名カナ カナ名 "
        "カナ名前"
    ),
    Field.FAMILY_KANA: (
        "姓カナ 姓(カナ) 姓(かな) 姓フリガナ 姓(フリガナ) 姓(ふりがな) カナ姓 セイ せい 氏(カナ) 氏(フリガナ)"
    ),
    Field.GIVEN_KANA: "名カナ 名(カナ) 名(かな) 名フリガナ 名(フリガナ) 名(ふりがな) メイ めい",
    Field.BIRTH_DATE: (
        "生年月日 生年月日(西暦) 生年月日(和暦) 誕生日 お誕生日 出生日 出生年月日 birthday birthdate dateofbirth"
    ),
    Field.SEX: "性別 男女 sex",
    Field.RELATIONSHIP: "続柄 続き柄 つづき柄 続柄(本人との) 本人との続柄 本人/家族 本人・家族 家族続柄 間柄",
    Field.DEPENDANT_KIND: "扶養区分 扶養 扶養の区分 扶養の別 被扶養区分 扶養種別",
    Field.NUMBER: (
        "個人番号 マイナンバー 個人番号(マイナンバー) マイナンバー(個人番号) mynumber 個人番号(1回目) "
        "マイナンバー(1回目) 個人番号1回目 マイナンバー1回目"
    ),
    Field.NUMBER_AGAIN: (
        "個人番号(確認) 個人番号(確認用) 個人番号確認 個人番号確認用 個人番号(再入力) 個人番号(再) 個人番号再入力 "
        "個人番号(2回目) 個人番号2回目 個人番号(もう一度) 確認用個人番号 マイナンバー(確認) マイナンバー(確認用) "
        "マイナンバー確認 マイナンバー確認用 マイナンバー(再入力) マイナンバー(再) マイナンバー再入力 "
        "マイナンバー(2回目) マイナンバー2回目 マイナンバー(もう一度)"
    ),
    Field.NUMBER_CHECK_DOCUMENT: (
        "番号確認書類 番号確認 番号確認の書類 番号確認資料 個人番号確認書類 個人番号の確認書類"
    ),
    Field.PERSON_CHECK_DOCUMENT: "身元確認書類 身元確認 身元確認の書類 身元確認資料 身元(実存)確認書類 実存確認書類",
    Field.IDENTITY_DOCUMENT: "本人確認書類 本人確認 本人確認の書類 本人確認資料 確認書類",
    Field.CHECKED_ON: "確認日 確認年月日 本人確認日 本人確認年月日 確認した日",
    Field.CHECKED_BY: "確認者 本人確認者 確認担当者 確認した人",
    Field.JOINED_ON: "入社年月日 入社日 採用日 採用年月日 雇入日 雇入年月日 雇入れ日 雇用年月日 入職日 就職日",
    Field.LEFT_ON: "退職年月日 退職日 退社日 退社年月日 離職日 離職年月日",
    Field.NOTE: (
        "備考 備考欄 摘要 特記事項 メモ 備考(未提供理由) 未提供理由 未提出理由 提出できない理由 備考(未提出理由)"
    ),
}
_FIELD_OF = {word: field for field, words in _WORDS.items() for word in words.split()}

# Remarks that change nothing: 必須, 12桁, 半角 and the like, in brackets or not.
_REMARK = re.compile(
    r"\((?:必須|任意|必ず記入|\d+桁|半角|全角|半角数字|数字|半角\d+桁|数字\d+桁|半角数字\d+桁|"
    r"全角カナ|半角カナ|カタカナ|西暦|和暦|yyyy/mm/dd|例:[^)]*|例.*)\)|※必須|\*必須|【必須】|【任意】|\[必須\]|\d+桁(?:数字)?$"
)
_DECORATION = re.compile(r"[\s\u200b-\u200f\ufeff*※◎○●■□◆◇▼▲★☆:：。、．.]+")
_SLASHES = str.maketrans("／∕", "//")

_GROUP_AHEAD = re.compile(r"(?:扶養家族|扶養親族等?|被扶養者|家族|扶養)(\d{1,2})(?:の|\b|_|-|/)?(.*)")
_GROUP_BEHIND = re.compile(r"(?:扶養家族|扶養親族等?|被扶養者|家族|扶養)(?:の)?(.+?)(\d{1,2})")
_SPOUSE_AHEAD = re.compile(r"配偶者(?:の)?(.*)")
_GROUP_ALONE = re.compile(r"(?:扶養家族|扶養親族等?|被扶養者|家族|扶養)(?:(\d{1,2})|\(\d{1,2}人目\))?(?:人目)?")
_NTH_PERSON = re.compile(r"\((\d{1,2})人目\)|(\d{1,2})人目")

EMPLOYEE = ""
SPOUSE = "配偶者"
EMPLOYEE_LABEL = "本人"


def fold_heading(text: str) -> str:
    """Fold a heading for comparison: width, case, blanks, decoration and remarks such as （12桁） go."""
    folded = unicodedata.normalize("NFKC", text).translate(_SLASHES).lower()
    folded = _DECORATION.sub("", folded)
    return _REMARK.sub("", folded)


@lru_cache(maxsize=4096)
def read_heading(text: str) -> tuple[Field, str] | None:
    """Tell which field of which person a heading means, None when it is no word we know.

    The person is "" for the employee, 家族1 … for a family member, 配偶者 for the spouse.
    """
    if not text or len(text) > 60:
        return None
    folded = fold_heading(text)
    if field := _FIELD_OF.get(folded):
        return field, EMPLOYEE
    if match := _GROUP_AHEAD.fullmatch(folded):
        number, rest = match.groups()
    elif match := _GROUP_BEHIND.fullmatch(folded):
        rest, number = match.groups()
    elif match := _SPOUSE_AHEAD.fullmatch(folded):
        number, rest = "", match[1]
    else:
        return None
    field = _FIELD_OF.get(rest.strip("()_-/の")) or _FIELD_OF.get(rest)
    if field is None:
        return None
    return field, f"家族{int(number)}" if number else SPOUSE


@lru_cache(maxsize=1024)
def read_group(text: str) -> str | None:
    """Tell whose columns stand under a heading of the upper row, None when it says nothing about a person."""
    folded = fold_heading(text)
    if folded in ("従業員", "本人", "社員", "職員", "労働者", "従業員本人", "従業員(本人)"):
        return EMPLOYEE
    if folded in ("配偶者", "妻・夫", "夫・妻"):
        return SPOUSE
    if match := _NTH_PERSON.search(folded):
        if _GROUP_ALONE.fullmatch(_NTH_PERSON.sub("", folded)):
            return f"家族{int(match[1] or match[2])}"
        return None
    if match := _GROUP_ALONE.fullmatch(folded):
        return f"家族{int(match[1] or 1)}"
    return None
