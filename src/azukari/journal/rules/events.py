"""What the journal itself writes into the record: the ends of take-outs."""

from __future__ import annotations

from azukari.journal.rules import ABOUT_RECORDS, Event, Kind, Part
from azukari.journal.rules.takeouts import Outcome

_LAW = "別添1 2C b・2E c（書類・媒体等の持ち運びの記録）"

SUBMITTED = Event("journal.takeout.submitted", "持ち出したものの提出", Kind.REGISTER, ABOUT_RECORDS, _LAW)
RETURNED = Event("journal.takeout.returned", "持ち出したものの返却", Kind.REGISTER, ABOUT_RECORDS, _LAW)
ERASED = Event("journal.takeout.erased", "持ち出したものの消去", Kind.DELETE, ABOUT_RECORDS, _LAW)
MISTAKEN = Event("journal.takeout.voided", "持ち出しの記録の誤り", Kind.REGISTER, ABOUT_RECORDS, _LAW)

ENDINGS = {
    Outcome.SUBMITTED: SUBMITTED,
    Outcome.RETURNED: RETURNED,
    Outcome.ERASED: ERASED,
    Outcome.MISTAKEN: MISTAKEN,
}

# Of the record itself. The order of the record is its index, never its clock.
CLOCK_SET_BACK = Event("journal.clock.moved_back_noticed", "サーバーの時計の逆行", Kind.ACCESS)
RESTARTED = Event(
    "journal.record.restarted", "記録の区切り（前の記録との断絶）", Kind.ACCESS, Part.DOCUMENT | Part.DETAIL
)
