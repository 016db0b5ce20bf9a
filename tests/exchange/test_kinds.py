"""Types by extension and first bytes."""

from __future__ import annotations

import contextlib
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from azukari.exchange.errors import content as errors
from azukari.exchange.rules.kinds import HEAD_BYTES, Kind, check_extension, check_head, is_heic, program_of, text_fault
from azukari.exchange.rules.names import clean_file_name

pytestmark = pytest.mark.no_database

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
ZIP = b"PK\x03\x04" + bytes(26)
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"
MZ = b"MZ\x90\x00\x03\x00\x00\x00" + bytes(120) + b"PE\x00\x00"
# Root entry of a Windows Installer package: name, then its class id at 80.
MSI = OLE + "Root Entry".encode("utf-16-le").ljust(80, b"\x00") + bytes.fromhex("84100c0000000000c000000000000046")


def ftyp(major: bytes, *compatible: bytes) -> bytes:
    body = b"ftyp" + major + bytes(4) + b"".join(compatible)
    return struct.pack(">L", len(body) + 4) + body


HEIC = ftyp(b"heic", b"mif1", b"heic")


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("a.pdf", b"%PDF-1.7\n", Kind.PDF),
        ("a.pdf", b"\r\n\r\n%PDF-1.4\n", Kind.PDF),
        ("a.PDF", b"%PDF-2.0\n", Kind.PDF),
        ("a.xlsx", ZIP, Kind.XLSX),
        ("a.docx", ZIP, Kind.DOCX),
        ("a.pptx", ZIP, Kind.PPTX),
        ("a.xlsx", OLE, Kind.XLSX),
        ("a.xls", OLE, Kind.XLS),
        ("a.doc", OLE, Kind.DOC),
        ("a.zip", ZIP, Kind.ZIP),
        ("a.zip", b"PK\x05\x06" + bytes(18), Kind.ZIP),
        ("a.jpg", JPEG, Kind.JPG),
        ("a.jpeg", JPEG, Kind.JPG),
        ("a.png", PNG, Kind.PNG),
        ("a.heic", HEIC, Kind.HEIC),
        ("a.heif", ftyp(b"mif1", b"heic"), Kind.HEIC),
        ("a.csv", "氏名,番号\r\n".encode(), Kind.CSV),
        ("a.csv", "氏名,番号\r\n".encode("cp932"), Kind.CSV),
        ("a.csv", "氏名\t番号\r\n".encode("utf-16"), Kind.CSV),
        ("a.csv", "髙﨑①㈱\x1a".encode("cp932"), Kind.CSV),
        ("a.txt", b"MZ is how a program begins, and no program has this text", Kind.TXT),
        ("a.txt", "メモ <b>太字</b>".encode(), Kind.TXT),
        ("a.txt", b"\xef\xbb\xbfmemo", Kind.TXT),
        ("a．ｔｘｔ", b"memo", Kind.TXT),
    ],
)
def test_accepted(name: str, head: bytes, kind: Kind) -> None:
    assert check_head(head, clean_file_name(name)) is kind


@pytest.mark.parametrize("name", ["給与.xlsx", "a.pdf", "a.csv", "a.txt", "a.zip", "a.doc", "a.jpg", "a.unknown"])
@pytest.mark.parametrize(
    "head",
    [
        MZ,
        b"\x7fELF\x02\x01\x01\x00",
        b"\xcf\xfa\xed\xfe\x07\x00\x00\x01",
        b"\xca\xfe\xba\xbe\x00\x00\x00\x34",
        b"L\x00\x00\x00\x01\x14\x02\x00\x00\x00\x00\x00",
        b"#!/bin/sh\nrm -r /\n",
        b"\xef\xbb\xbf#!/usr/bin/python\n",
        "#!/bin/sh\n".encode("utf-16"),
        b"[InternetShortcut]\r\nURL=http://example.com/",
        b"\r\n@ECHO OFF\r\n",
        "Windows Registry Editor Version 5.00".encode("utf-16"),
        b"dex\n035\x00",
        b"\x00asm\x01\x00\x00\x00",
        MSI,
    ],
    ids=lambda head: head[:4].hex(),
)
def test_programs_whatever_they_are_called(name: str, head: bytes) -> None:
    with pytest.raises(errors.ProgramFileError):
        check_head(head, clean_file_name(name))


@pytest.mark.parametrize(
    ("name", "head", "error"),
    [
        ("a.pdf", b"", errors.EmptyContentError),
        ("a.lzh", b"\x21\x00-lh5-", errors.UnknownTypeError),
        ("a.html", b"<html>", errors.UnknownTypeError),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", errors.UnknownTypeError),
        ("a", b"memo", errors.UnknownTypeError),
        ("a.gif", b"GIF89a", errors.UnknownTypeError),
        ("a.ppt", OLE, errors.UnknownTypeError),
        ("a.xlsm", ZIP, errors.MacroFileError),
        ("a.docm", ZIP, errors.MacroFileError),
        ("a.xlsb", ZIP, errors.MacroFileError),
        ("a.xls", ZIP, errors.ContentDisagreesError),
        ("a.zip", OLE, errors.ContentDisagreesError),
        ("a.pdf", JPEG, errors.ContentDisagreesError),
        ("a.jpg", PNG, errors.ContentDisagreesError),
        ("a.jpg", b"GIF89a", errors.ContentDisagreesError),
        ("a.heic", ftyp(b"isom", b"mp42"), errors.ContentDisagreesError),
        ("a.heic", ftyp(b"avif", b"mif1"), errors.ContentDisagreesError),
        ("a.txt", b"%PDF-1.7", errors.ContentDisagreesError),
        ("a.csv", ZIP, errors.ContentDisagreesError),
        ("a.csv", b"a,b\x00c", errors.ContentDisagreesError),
        ("a.csv", b"\x81\xff\xfe\n", errors.ContentDisagreesError),
        ("a.csv", b"a,\x07", errors.ContentDisagreesError),
        ("a.txt", b"<html><body>", errors.ContentDisagreesError),
        ("a.txt", b" \r\n<!DOCTYPE  HTML>", errors.ContentDisagreesError),
        ("a.txt", b"<svg onload=x>", errors.ContentDisagreesError),
        ("a.txt", b"<script>", errors.ContentDisagreesError),
        ("a.csv", b"\xef\xbb\xbf<?xml version='1.0'?><svg>", errors.ContentDisagreesError),
        ("a.txt", "<script>".encode("utf-16"), errors.ContentDisagreesError),
        ("a.xls", b"<html><table>", errors.ContentDisagreesError),
        ("a.doc", b"{\\rtf1", errors.ContentDisagreesError),
        ("a.xlsx", b"\x01\x02\x03", errors.ContentDisagreesError),
        ("a.pdf", bytes(1100) + b"%PDF-1.7", errors.ContentDisagreesError),
    ],
)
def test_refused(name: str, head: bytes, error: type[errors.ContentRefusedError]) -> None:
    with pytest.raises(error) as caught:
        check_head(head, clean_file_name(name))
    assert type(caught.value) is error
    assert "{" not in caught.value.event + caught.value.reason + caught.value.advice


def test_the_name_alone_is_enough_for_an_early_no() -> None:
    assert check_extension(clean_file_name("a.jpeg")) is Kind.JPG
    with pytest.raises(errors.UnknownTypeError) as caught:
        check_extension(clean_file_name("議事録"))
    assert "拡張子なし" in caught.value.reason


def test_a_text_cut_in_the_middle_of_a_character_is_a_text() -> None:
    for codec in ("utf-8", "cp932", "utf-16"):
        long = ("氏名" * HEAD_BYTES).encode(codec)
        for cut in range(HEAD_BYTES, HEAD_BYTES + 4):
            assert text_fault(long[:cut], whole=False) == ""
        assert check_head(long[:HEAD_BYTES], clean_file_name("a.txt")) is Kind.TXT
    assert text_fault("あ".encode("cp932")[:1], whole=True)


def test_every_kind_has_a_label_of_its_own() -> None:
    assert len({kind.label for kind in Kind}) == len(Kind)


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from([*map(str, Kind), "jpeg", "heif", "xlsm", "exe2", ""]))
def test_no_bytes_raise_anything_but_ours(head: bytes, extension: str) -> None:
    with contextlib.suppress(errors.ContentRefusedError):
        assert check_head(head, clean_file_name(f"名.{extension}")) in Kind
    program_of(head)
    is_heic(head)


@settings(deadline=None)
@given(
    st.sampled_from([OLE, ZIP, PNG, JPEG, HEIC, b"%PDF-1.7", MZ, MSI]), st.binary(max_size=60), st.sampled_from(Kind)
)
def test_a_head_is_accepted_under_its_own_extensions_only(head: bytes, rest: bytes, kind: Kind) -> None:
    homes = {
        OLE: {Kind.XLS, Kind.DOC, Kind.XLSX, Kind.DOCX, Kind.PPTX},
        ZIP: {Kind.ZIP, Kind.XLSX, Kind.DOCX, Kind.PPTX},
        PNG: {Kind.PNG},
        JPEG: {Kind.JPG},
        HEIC: {Kind.HEIC},
        b"%PDF-1.7": {Kind.PDF},
    }.get(head, set())
    try:
        assert check_head(head + rest, clean_file_name(f"a.{kind}")) is kind
    except errors.ContentRefusedError:
        assert kind not in homes
    else:
        assert kind in homes
