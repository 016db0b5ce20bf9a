"""What oversight writes into the record: who looked at what, what was handed out, what was found in order."""

from __future__ import annotations

from azukari.journal.rules import ABOUT_CLIENT, ABOUT_PEOPLE, Event, Kind

_OVERSIGHT = "番号法11条（委託先の監督）"
_OWN = "個人情報保護法32条（保有個人データに関する公表等）"
_WATCH = "別添1 2C b・d（取扱状況の把握）"

HANDLINGS_READ = Event("oversight.handlings.viewed", "個人番号の取扱いの閲覧", Kind.VIEW, ABOUT_CLIENT, _OVERSIGHT)
PROOF_TAKEN = Event("oversight.proof.issued", "取扱いの検証用ファイルの出力", Kind.OUTPUT, ABOUT_CLIENT, _OVERSIGHT)
PACK_MADE = Event("oversight.pack.issued", "委託先監督資料の発行", Kind.OUTPUT, ABOUT_CLIENT, _OVERSIGHT)
SLIP_ISSUED = Event("oversight.slip.issued", "お預かり控えの発行", Kind.OUTPUT, ABOUT_PEOPLE, _OWN)
SLIP_ENDED = Event("oversight.slip.ended", "お預かり控えの停止", Kind.DELETE, ABOUT_PEOPLE, _OWN)
SLIP_OPENED = Event("oversight.slip.opened", "本人によるお預かり内容の閲覧", Kind.VIEW, ABOUT_PEOPLE, _OWN)
ODD_REVIEWED = Event("oversight.odd_use.reviewed", "いつもと違う利用の確認", Kind.REGISTER, law=_WATCH)
SETTINGS_CHANGED = Event("oversight.settings.changed", "監督と見守りの設定の変更", Kind.REGISTER, law=_WATCH)
