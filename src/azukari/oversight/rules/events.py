"""What oversight writes into the record: who looked at what, what was handed out, what was found in order."""

from __future__ import annotations

from azukari.journal.rules import Event, Kind

HANDLINGS_READ = Event("oversight.handlings.viewed", "個人番号の取扱いの閲覧", Kind.VIEW)
PROOF_TAKEN = Event("oversight.proof.issued", "取扱いの検証用ファイルの出力", Kind.OUTPUT)
PACK_MADE = Event("oversight.pack.issued", "委託先監督資料の発行", Kind.OUTPUT)
SLIP_ISSUED = Event("oversight.slip.issued", "お預かり控えの発行", Kind.OUTPUT)
SLIP_ENDED = Event("oversight.slip.ended", "お預かり控えの停止", Kind.DELETE)
SLIP_OPENED = Event("oversight.slip.opened", "本人によるお預かり内容の閲覧", Kind.VIEW)
ODD_REVIEWED = Event("oversight.odd_use.reviewed", "いつもと違う利用の確認", Kind.REGISTER)
SETTINGS_CHANGED = Event("oversight.settings.changed", "監督と見守りの設定の変更", Kind.REGISTER)
