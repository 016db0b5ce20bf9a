"""`azukari verify` of a 検証用ファイル: one line of the record, as a client company took it from its page."""

from __future__ import annotations

import sys
from datetime import datetime

from azukari.journal.rules import RESULT_LABELS, Result
from azukari.kernel.clock import jst
from azukari.oversight.rules import proof_file
from azukari.oversight.rules.handling import use_of

_LABELS = (
    ("staff", "担当者"),
    ("client", "事業所"),
    ("person", "対象者"),
    ("taken_out", "持ち出し"),
    ("detail", "備考"),
)


def verify_line(data: bytes, key: str | None) -> int:
    """Verify a proof file and say the result in Japanese. Exit codes: 0 valid, 1 invalid."""
    try:
        line = proof_file.verify(data, key)
    except proof_file.NotAProofFileError as error:
        sys.stdout.write(f"無効：{error.args[0]}\n")
        return 1
    told, (use, submitted_to) = line.told, use_of(line.told["purpose"])
    at = jst(datetime.fromisoformat(told["at"]))
    said = [
        f"有効：取扱いの記録 NO {line.number}",
        f"  日時：{at:%Y/%m/%d %H:%M:%S}",
        f"  処理内容：{_plain(told['label'])}（{RESULT_LABELS[Result(told['result'])]}）",
        *(f"  {label}：{_plain(line.texts[name])}" for name, label in _LABELS if name in line.texts),
        *([f"  利用内容：{use}（提出先 {submitted_to}）"] if use else []),
        f"  記録：azukari/office/{told['office']} の {told['seq']} 番目（全{line.size:,}件）",
        f"  鍵の指紋：{line.fingerprint}",
        "  発行元：指定された鍵と一致しました。"
        if key
        else "  発行元：事務所から別に受け取った鍵の指紋と、上の指紋が同じことを確かめてください（--key で指定できます）。",
    ]
    sys.stdout.write("\n".join(said) + "\n")
    return 0


def _plain(text: str) -> str:
    # A name must not steer the terminal that shows the result.
    return "".join(character if character.isprintable() else "〓" for character in text)
