"""The types of file that may be handed over, and how their first bytes tell them from all others.

An allow-list: extension and signature must both name the same type; what stands behind them is looked at in
`inspection`. Programs are told first, whatever they are called.

Sources: OWASP ASVS 5.2.2, ISO/IEC 23008-12 (HEIF brands), APPNOTE 4.3.7 (ZIP), [MS-CFB] 2.2, ISO 32000-2 7.5.2.
"""

from __future__ import annotations

import codecs
import re
from enum import StrEnum

from azukari.exchange.errors.content import (
    ContentDisagreesError,
    EmptyContentError,
    MacroFileError,
    ProgramFileError,
    UnknownTypeError,
)
from azukari.exchange.rules.names import PROGRAM_EXTENSIONS, FileName

# So many bytes tell every type; the caller gives as many as the file has.
HEAD_BYTES = 64 * 1024
# ISO 32000-2 7.5.2 wants the header first; readers take it within the first 1,024 bytes.
PDF_HEADER_WITHIN = 1_024


class Kind(StrEnum):
    """A type that may be handed over."""

    PDF = "pdf"
    XLSX = "xlsx"
    DOCX = "docx"
    PPTX = "pptx"
    XLS = "xls"
    DOC = "doc"
    CSV = "csv"
    TXT = "txt"
    JPG = "jpg"
    PNG = "png"
    HEIC = "heic"
    ZIP = "zip"

    @property
    def label(self) -> str:
        """The Japanese word for people."""
        return _LABELS[self]


_LABELS = {
    Kind.PDF: "PDF",
    Kind.XLSX: "Excel",
    Kind.DOCX: "Word",
    Kind.PPTX: "PowerPoint",
    Kind.XLS: "Excel（97-2003形式）",
    Kind.DOC: "Word（97-2003形式）",
    Kind.CSV: "CSV",
    Kind.TXT: "テキスト",
    Kind.JPG: "画像（JPEG）",
    Kind.PNG: "画像（PNG）",
    Kind.HEIC: "画像（HEIC）",
    Kind.ZIP: "ZIP",
}

OFFICE_KINDS = frozenset({Kind.XLSX, Kind.DOCX, Kind.PPTX})
OLD_OFFICE_KINDS = frozenset({Kind.XLS, Kind.DOC})
TEXT_KINDS = frozenset({Kind.CSV, Kind.TXT})
IMAGE_KINDS = frozenset({Kind.JPG, Kind.PNG, Kind.HEIC})

_KIND_OF = {**{str(kind): kind for kind in Kind}, "jpeg": Kind.JPG, "jpe": Kind.JPG, "heif": Kind.HEIC}
# The new Office formats that carry macros, and the add-ins and templates of the same family.
MACRO_EXTENSIONS = frozenset({"xlsm", "xltm", "xlam", "xlsb", "docm", "dotm", "pptm", "potm", "ppsm", "ppam", "sldm"})

OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_SIGNATURE = b"PK\x03\x04"
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Brands of a still image in HEVC; `mif1` and `msf1` are the general ones, with a HEVC brand among the compatible.
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})

_PROGRAM_HEADS: tuple[tuple[bytes, str], ...] = (
    (b"\x7fELF", "Linuxの実行形式"),
    (b"\xca\xfe\xba\xbe", "JavaかmacOSの実行形式"),
    (b"\xca\xfe\xba\xbf", "macOSの実行形式"),
    (b"\xfe\xed\xfa\xce", "macOSの実行形式"),
    (b"\xfe\xed\xfa\xcf", "macOSの実行形式"),
    (b"\xce\xfa\xed\xfe", "macOSの実行形式"),
    (b"\xcf\xfa\xed\xfe", "macOSの実行形式"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", "Windowsのショートカット"),
    (b"dex\n0", "Androidの実行形式"),
    (b"\x00asm", "WebAssembly"),
    (b"ITSF", "Windowsのヘルプ"),
    (b"#!", "スクリプト"),
    (b"!<arch>\n", "プログラムのライブラリ"),
    (b"\xed\xab\xee\xdb", "Linuxのパッケージ"),
    (b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d", "OneNote"),
)
# What is a program only as text: Windows runs these by their extension, so they matter under .txt and .csv too, where
# one renaming by a helpful person is missing.
_PROGRAM_TEXTS: tuple[tuple[bytes, str], ...] = (
    (b"[internetshortcut]", "インターネットショートカット"),
    (b"[desktop entry]", "Linuxのショートカット"),
    (b"windows registry editor", "Windowsのレジストリ"),
    (b"regedit4", "Windowsのレジストリ"),
    (b"<?php", "スクリプト"),
    (b"@echo off", "Windowsのバッチ"),
)
_WEB_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body|svg|script|iframe|!doctype\s+svg)\b", re.IGNORECASE)
# Component id of Windows Installer packages in the root entry of the container.
_MSI_CLASS = bytes.fromhex("8410 0c00 0000 0000 c000 0000 0000 0046")
_OLE_ROOT = "Root Entry".encode("utf-16-le")

_OTHER_HEADS: tuple[tuple[bytes, str], ...] = (
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"MSCF", "CAB"),
    (b"{\\rtf", "リッチテキスト"),
    (b"GIF8", "画像（GIF）"),
    (b"II*\x00", "画像（TIFF）"),
    (b"MM\x00*", "画像（TIFF）"),
)
# The last are the bytes 80, A0 and FD to FF, which CP932 leaves free and Python maps somewhere.
_CONTROLS = re.compile("[\x00-\x08\x0e-\x19\x1c-\x1f\x7f\x80\uf8f0-\uf8f3]")
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def check_extension(name: FileName) -> Kind:
    """Check by the name alone whether a file may be handed over, before its first byte has come.

    Raises: ProgramFileError, MacroFileError, UnknownTypeError.
    """
    if name.extension in PROGRAM_EXTENSIONS:
        raise ProgramFileError(extension=f".{name.extension}")
    if name.extension in MACRO_EXTENSIONS:
        raise MacroFileError(name=name.shown)
    kind = _KIND_OF.get(name.extension)
    if kind is None:
        raise UnknownTypeError(extension=f".{name.extension}" if name.extension else "拡張子なし")
    return kind


def check_head(head: bytes, name: FileName) -> Kind:
    """Check name and first bytes (64 KiB, or all there are) against each other and tell the type.

    Raises: EmptyContentError, ProgramFileError, MacroFileError, UnknownTypeError, ContentDisagreesError.
    Source: OWASP ASVS 5.2.2.
    """
    if not head:
        raise EmptyContentError(name=name.shown)
    check_no_program_head(head)
    kind = check_extension(name)
    found = _content_of(head, kind)
    if not found:
        return kind
    raise ContentDisagreesError(name=name.shown, extension=f".{name.extension}", found=found)


def check_no_program_head(head: bytes) -> None:
    """Check that first bytes, also those of a file inside an archive, do not begin a program.

    Raises: ProgramFileError.
    """
    program = program_of(head)
    if program:
        raise ProgramFileError(extension=program)


def program_of(head: bytes) -> str:
    """Tell in Japanese which program begins with these bytes, "" for none."""
    for signature, label in _PROGRAM_HEADS:
        if head.startswith(signature):
            return label
    # Two letters could begin a text as well; no text holds a zero byte.
    if head.startswith((b"MZ", b"ZM")) and b"\x00" in head[:512]:
        return "Windowsの実行形式"
    if head.startswith(OLE_SIGNATURE):
        root = head.find(_OLE_ROOT)
        return "Windowsのインストーラー" if root >= 0 and head[root + 80 : root + 96] == _MSI_CLASS else ""
    start = _plain_start(head)
    if start.startswith(b"#!"):
        return "スクリプト"
    return next((label for signature, label in _PROGRAM_TEXTS if start.startswith(signature)), "")


def is_heic(head: bytes) -> bool:
    """Tell whether first bytes are the `ftyp` box of a HEVC still image (ISO/IEC 23008-12)."""
    length = int.from_bytes(head[:4])
    if head[4:8] != b"ftyp" or not 16 <= length <= 512 or length % 4 or len(head) < length:
        return False
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, length, 4))}
    return head[8:12] in _HEIC_BRANDS and not brands.isdisjoint(_HEIC_BRANDS - {b"mif1", b"msf1"})


def pdf_header_at(head: bytes) -> int:
    """Find where the header of a PDF begins, -1 for nowhere."""
    return head[: PDF_HEADER_WITHIN + 5].find(b"%PDF-")


def text_fault(data: bytes, *, whole: bool) -> str:
    """Tell in Japanese why bytes are not the text of a CSV or text file, "" when they are.

    UTF-8, UTF-16 with its mark, or CP932 as old payroll programs write it. With `whole` false the last character may
    be cut in two.
    """
    is_utf16 = data.startswith(_UTF16_MARKS)
    if b"\x00" in data and not is_utf16:
        return "文字ではないデータ"
    for codec in ("utf-16",) if is_utf16 else ("utf-8-sig", "cp932"):
        try:
            text = codecs.getincrementaldecoder(codec)().decode(data, final=whole)
        except UnicodeDecodeError:
            continue
        if _CONTROLS.search(text):
            return "文字ではないデータ"
        if _WEB_PAGE.match(text[:1024].lstrip().encode(errors="replace")):
            return "ウェブページ（HTML）"
        return ""
    return "文字ではないデータ"


def _plain_start(head: bytes) -> bytes:
    # A text in UTF-16 says the same words with zeros between them.
    return head[:2048].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x0b\x0c").lower()


def _content_of(head: bytes, kind: Kind) -> str:
    # "" when the content is what the name says, otherwise what it looks like.
    looks = _looks_like(head)
    if kind in TEXT_KINDS:
        return looks or _web_page(head) or text_fault(head, whole=len(head) < HEAD_BYTES)
    if kind in OFFICE_KINDS:
        # Office wraps a document with a password in the old container.
        return "" if looks in ("ZIP", _OLE) else looks or _rest(head)
    if kind is Kind.PDF and not looks and pdf_header_at(head) >= 0:
        return ""
    wanted = _OLE if kind in OLD_OFFICE_KINDS else kind.label
    return "" if looks == wanted else looks or _rest(head)


_OLE = "Office 97-2003形式"


def _looks_like(head: bytes) -> str:
    if head.startswith(b"%PDF-"):
        return Kind.PDF.label
    if head.startswith((ZIP_SIGNATURE, b"PK\x05\x06")):
        return Kind.ZIP.label
    if head.startswith(OLE_SIGNATURE):
        return _OLE
    if head.startswith(b"\xff\xd8\xff"):
        return Kind.JPG.label
    if head.startswith(_PNG_SIGNATURE):
        return Kind.PNG.label
    if head[4:8] == b"ftyp":
        return Kind.HEIC.label if is_heic(head) else "動画か画像（HEIC以外）"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "画像（WebP）"
    return next((label for signature, label in _OTHER_HEADS if head.startswith(signature)), "")


def _web_page(head: bytes) -> str:
    start = _plain_start(head)
    if _WEB_PAGE.match(start):
        return "ウェブページ（HTML）"
    is_xml = start.startswith((b"<?xml", b"<!--"))
    return "ウェブページ（HTML）" if is_xml and _WEB_PAGE.search(start) else ""


def _rest(head: bytes) -> str:
    return _web_page(head) or ("テキスト" if not text_fault(head, whole=len(head) < HEAD_BYTES) else "不明なデータ")
