"""The name of a file somebody hands over: what is shown, and what its extension really is.

A name stays as it was typed, without a Unicode normal form (NFC alone turns U+FA19 神 into another character). What
goes is what nobody sees and what a system takes for something else: controls, marks of direction, zero-width
characters, folders, names Windows keeps for devices, dots and blanks at the ends. A name never carries twelve
digits in a row. The name is for display and download only; files are stored under random ids.

Sources: OWASP ASVS 5.2 and 5.3, CWE-451 (RLO in names), Microsoft "Naming Files, Paths, and Namespaces".
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from azukari.exchange.errors.content import ProgramFileError, UnusableNameError
from azukari.kernel.text import fold_name, mask_long_digits

MAX_NAME_BYTES = 200
# A browser sends at most what a file system takes (255 characters) and perhaps folders before it.
MAX_TYPED = 4_096


class NameWarning(StrEnum):
    """What a person should know about a name that was accepted."""

    MIXED_EXTENSION = "MIXED_EXTENSION"
    NUMBER_HIDDEN = "NUMBER_HIDDEN"
    REPAIRED = "REPAIRED"
    SHORTENED = "SHORTENED"

    @property
    def label(self) -> str:
        """The warning as one sentence."""
        return _WARNINGS[self]


_WARNINGS = {
    NameWarning.MIXED_EXTENSION: "ファイル名に拡張子が2つ以上あります。",
    NameWarning.NUMBER_HIDDEN: "ファイル名の長い数字を伏せました。",
    NameWarning.REPAIRED: "ファイル名の使えない文字を直しました。",
    NameWarning.SHORTENED: "ファイル名が長いため、途中を省きました。",
}


@dataclass(frozen=True, slots=True)
class FileName:
    """A name as it may be shown and kept. `extension` is lower-case ASCII without its dot, "" when there is none."""

    shown: str
    extension: str
    warnings: tuple[NameWarning, ...] = ()


# What Windows, macOS, Office, browsers or a Java runtime start on a double click, and shortcuts to such.
_PROGRAMS = """
ade adp app appinstaller application appref-ms appx appxbundle apk bas bat bin cab chm cmd com command cpl crx csh
deb desktop diagcab dll dmg drv elf exe fon gadget hlp hta htc img inf ins ipa iqy iso isp jar jnlp js jse jsp ksh
library-ms lnk mad maf mag mam maq mar mas mat mau mav maw mcf mda mdb mde mdt mdw mdz mht mhtml mjs msc msh msh1
msh1xml msh2 msh2xml mshxml msi msix msixbundle msp mst msu ocx oft one osd osx pcd php pif pkg pl plg prg ps1
ps1xml ps2 ps2xml psc1 psc2 psd1 psm1 py pyc pyo pyw pyz pyzw rb reg rgs rpm run scf scpt scr sct search-ms
searchconnector-ms settingcontent-ms sh shb shs shtml slk so swf sys theme themepack tool udl url vb vbe vbp vbs vhd
vhdx vsmacros vsw vxd war wasm wcx webloc wim workflow ws wsb wsc wsf wsh xbap xht xll xnk xps zsh
"""
PROGRAM_EXTENSIONS = frozenset(_PROGRAMS.split())
_DOCUMENTS = "pdf xlsx docx pptx xls doc ppt csv txt jpg jpeg png heic heif zip xlsm docm pptm rtf"
_KNOWN_EXTENSIONS = frozenset(_DOCUMENTS.split())

# Besides the categories Cc and Cs: marks of direction (U+061C, 200E/F, 202A-202E, 2066-2069), zero-width characters,
# the BOM, line and paragraph separators, invisible operators and fillers, tags. Variation selectors stay: they choose
# the form of a character in a family name.
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff0-\uffff\ud800-\udfff\U0001d173-\U0001d17a\U000e0000-\U000e00ff]"
)
_BLANKS = re.compile(r"(\s)\s+")
_FOLDERS = re.compile(r"[/\\]")
_DRIVE = re.compile(r"^(?:[A-Za-z]:)+")
# Windows takes none of these in a name; their full-width twins look the same and mean nothing to it.
_NOT_ON_WINDOWS = str.maketrans('<>:"|?*', "＜＞：＂｜？＊")
_DOTS = ".．。｡․﹒︒"
_ANY_DOT = re.compile(f"[{_DOTS}]")
_EXTENSION = re.compile(r"[a-z0-9][a-z0-9_-]{0,19}")
_DEVICES = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[0-9])")


def clean_file_name(typed: str) -> FileName:
    """Make a typed or sent name one that may be shown, kept and given back for download.

    Doing it twice changes nothing more.

    Raises: UnusableNameError when nothing is left; ProgramFileError when its extension is that of a program.
    Source: OWASP ASVS 5.3.
    """
    if len(typed) > MAX_TYPED:
        raise UnusableNameError
    visible = _last_part(_INVISIBLE.sub("", typed))
    tidy = _trim(_write_extension(_trim(visible.translate(_NOT_ON_WINDOWS))))
    shown = mask_long_digits(tidy)
    stem, extension = split_extension(shown)
    if not stem:
        raise UnusableNameError
    if _is_device(shown):
        shown = f"_{shown}"
    short = _shorten(shown)
    check_no_program(short)
    warnings = {
        NameWarning.MIXED_EXTENSION: _is_mixed(short),
        NameWarning.NUMBER_HIDDEN: tidy != mask_long_digits(tidy),
        # A folder cut off is no news: some browsers send one.
        NameWarning.REPAIRED: _is_device(tidy) or tidy != _FOLDERS.split(typed)[-1],
        NameWarning.SHORTENED: short != shown,
    }
    return FileName(short, extension, tuple(warning for warning, holds in warnings.items() if holds))


def search_key(shown: str) -> str:
    """Build the key names are searched by; never shown, never stored in place of the name."""
    return fold_name(shown)


def split_extension(name: str) -> tuple[str, str]:
    """Part a name into stem and extension. Full-width and ideographic dots count as dots, as people type them.

    The extension is folded (ＥＸＥ is exe); what cannot be one is "" and belongs to the stem.
    """
    at = max(name.rfind(dot) for dot in _DOTS)
    folded = unicodedata.normalize("NFKC", name[at + 1 :]).casefold().strip() if at >= 0 else ""
    if at < 0 or not _EXTENSION.fullmatch(folded):
        return name, ""
    return name[:at], folded


def check_no_program(name: str) -> None:
    """Check that a name, also one inside an archive, is not that of a program.

    Raises: ProgramFileError.
    """
    extension = split_extension(_trim(_INVISIBLE.sub("", name)))[1]
    if extension in PROGRAM_EXTENSIONS:
        raise ProgramFileError(extension=f".{extension}")


def _last_part(name: str) -> str:
    parts = [part for part in name.replace("\\", "/").split("/") if part.strip()]
    return _DRIVE.sub("", parts[-1]) if parts else ""


def _trim(name: str) -> str:
    # Windows drops dots and blanks at the end, and hides nothing that begins with a dot; Unix does.
    return _BLANKS.sub(r"\1", name).strip(f"{_DOTS} \u3000\u00a0")


def _write_extension(name: str) -> str:
    # 「資料．ｐｄｆ」 has no extension on the receiver's computer; what was checked is what is written.
    stem, extension = split_extension(name)
    typed = name[len(stem) :]
    if not extension or typed.lower() == f".{extension}":
        return name
    return f"{stem.rstrip()}.{extension}"


def _is_device(name: str) -> bool:
    first = unicodedata.normalize("NFKC", _ANY_DOT.split(name, maxsplit=1)[0]).casefold().strip()
    return _DEVICES.fullmatch(first) is not None


def _is_mixed(name: str) -> bool:
    parts = [unicodedata.normalize("NFKC", part).casefold().strip() for part in _ANY_DOT.split(name)]
    return any(part in _KNOWN_EXTENSIONS or part in PROGRAM_EXTENSIONS for part in parts[1:-1])


def _shorten(name: str) -> str:
    if len(name.encode()) <= MAX_NAME_BYTES:
        return name
    stem, _ = split_extension(name)
    ending = name[len(stem) :]
    room = MAX_NAME_BYTES - len(ending.encode())
    kept = stem.encode()[:room].decode(errors="ignore")
    # Not between a character and what is written onto it: voiced marks, accents, the form of an ideograph.
    while kept and unicodedata.category(stem[len(kept)]).startswith("M"):
        kept = kept[:-1]
    return f"{kept.rstrip(f'{_DOTS} ' + chr(0x3000))}{ending}"
