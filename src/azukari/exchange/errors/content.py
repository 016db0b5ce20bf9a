"""Why a file is not accepted: its name, its type, what stands inside.

`name` is always a name as `rules.names.clean_file_name` shows it (long digits hidden), never what was typed.
"""

from __future__ import annotations

from azukari.kernel.errors import InvalidError


class ContentRefusedError(InvalidError):
    """The family of the refusals below; never raised itself."""

    code = "exchange.content_refused"
    happened = "ファイルを受け付けませんでした。"
    cause = "このファイルは送信できません。"
    remedy = "別のファイルを選んでください。"


class UnusableNameError(ContentRefusedError):
    """Nothing is left of the name, or it is longer than any system takes."""

    code = "exchange.unusable_name"
    cause = "ファイル名が空か、使えない文字だけでできています。"
    remedy = "ファイル名を付け直して、もう一度送ってください。"


class ProgramFileError(ContentRefusedError):
    """A program, by its name or by its first bytes. `extension` says which: 「.exe」 or 「Windowsの実行形式」."""

    code = "exchange.program_file"
    cause = "プログラムのファイル（{extension}）は送信できません。"
    remedy = "ExcelやPDFで送ってください。"


class UnknownTypeError(ContentRefusedError):
    """Not on the list of types. `extension` is 「.lzh」 or 「拡張子なし」."""

    code = "exchange.unknown_type"
    cause = "この種類のファイル（{extension}）は送信できません。"
    remedy = "PDF、Excel、Word、PowerPoint、CSV、テキスト、画像（JPEG・PNG・HEIC）、ZIPのどれかで送ってください。"


class ContentDisagreesError(ContentRefusedError):
    """The name says one thing, the content another. `found` says what the content looks like."""

    code = "exchange.content_disagrees"
    cause = "「{name}」は、拡張子（{extension}）と中身（{found}）が合っていません。"
    remedy = "元のソフトで開いて保存し直してから送ってください。"


class EmptyContentError(ContentRefusedError):
    """Not one byte."""

    code = "exchange.empty_content"
    cause = "「{name}」は中身が空です。"
    remedy = "ファイルを開いて内容を確かめ、もう一度送ってください。"


class BrokenContentError(ContentRefusedError):
    """The type is right, the structure is not."""

    code = "exchange.broken_content"
    cause = "「{name}」は壊れているか、途中までしかありません。"
    remedy = "ファイルが開けることを確かめて保存し直し、もう一度送ってください。"


class UnsafeArchiveError(ContentRefusedError):
    """A ZIP (or the ZIP behind an Office document) that two programs could read differently, or that explodes.

    `why` is a whole sentence of `rules.archives`.
    """

    code = "exchange.unsafe_archive"
    cause = "「{name}」は安全に開けないZIP形式です。{why}"
    remedy = "圧縮し直すか、圧縮せずに1つずつ送ってください。"


class MacroFileError(ContentRefusedError):
    """A document of the kinds that carry macros: xlsm, docm, pptm, whatever their name is."""

    code = "exchange.macro_file"
    cause = "「{name}」はマクロが入った形式です。マクロ入りのファイルは送信できません。"
    remedy = "マクロなしの形式（.xlsx、.docx、.pptx）かPDFで保存し直して送ってください。"


class ContentTooLargeError(ContentRefusedError):
    """More than the limit. `limit` is written out with its unit: 「100MB」, 「5,000万画素」."""

    code = "exchange.content_too_large"
    cause = "「{name}」の大きさが上限（{limit}）を超えています。"
    remedy = "小さくするか、いくつかに分けて送ってください。"
