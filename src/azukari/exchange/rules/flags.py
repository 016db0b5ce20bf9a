"""What a receiver should know about an accepted file before opening it."""

from __future__ import annotations

from enum import StrEnum


class Flag(StrEnum):
    """Something inside a file that is not refused but told. The office decides whether a flag blocks."""

    ACTIVE_PDF = "ACTIVE_PDF"
    DDE = "DDE"
    ENCRYPTED = "ENCRYPTED"
    EXTERNAL_LINK = "EXTERNAL_LINK"
    MACRO = "MACRO"
    MIXED_NAME = "MIXED_NAME"
    NOT_READ = "NOT_READ"

    @property
    def label(self) -> str:
        """The flag in a word or two."""
        return _WORDS[self][0]

    @property
    def explanation(self) -> str:
        """The flag in one sentence, for the receiver."""
        return _WORDS[self][1]


_WORDS = {
    Flag.ACTIVE_PDF: (
        "動作を含むPDF",
        "開いたときに動くプログラムや添付ファイルを含むPDFです。",
    ),
    Flag.DDE: (
        "外部プログラムの呼び出し",
        "開いたときに、ほかのプログラムを呼び出す指定が入っています。警告が出たら「いいえ」を選んでください。",
    ),
    Flag.ENCRYPTED: (
        "パスワード付き",
        "パスワードがかかっているため、中身を検査していません。",
    ),
    Flag.EXTERNAL_LINK: (
        "外部リンク",
        "ほかのファイルやインターネットから内容を読み込む指定が入っています。",
    ),
    Flag.MACRO: (
        "マクロ",
        "マクロ（自動で動く手順）が入っています。送り主に確かめるまで「コンテンツの有効化」を押さないでください。",
    ),
    Flag.MIXED_NAME: (
        "拡張子が複数",
        "ファイル名に拡張子が2つ以上あります。種類を確かめてから開いてください。",
    ),
    Flag.NOT_READ: (
        "中身は未確認",
        "大きいか、読み取れない形式を含むため、中身の一部を確認していません。",
    ),
}
