"""Files, a broadcast and requests between the demo office and its first two client companies, made by the real actions."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from uuid import UUID

from azukari.exchange import queries
from azukari.exchange.actions import deliveries, examination, requests, uploads
from azukari.exchange.rules.wishes import Wishes
from azukari.kernel.actor import Actor
from azukari.kernel.check_digits import synthetic_number
from azukari.kernel.clock import jst_day, utc_now
from azukari.kernel.ids import new_id
from azukari.ops.demo.staff import PORTAL_USERS, Desk
from azukari.store.scope import office_scope
from azukari.tenancy import queries as tenancy


def exchange_files(desk: Desk) -> None:
    """Let both sides send, open, answer and ask. Everything happens now: the record is in the order of time."""
    with office_scope(desk.id):
        office = desk.actor("saeki")
        first, second, *rest = [pk for pk, _ in tenancy.list_client_choices(office, ended=False)[:8]]
        lead, member = (_client_actor(desk, user.login_id, first) for user in PORTAL_USERS[:2])
        _send(
            office,
            [first],
            "就業規則の改定案.txt",
            "改定の案です。ご意見をお聞かせください。\n" * 30,
            "ご確認をお願いします",
        )
        plan = _send(office, [first], "年末調整の予定.txt", "11月下旬から12月中旬までの予定です。\n" * 20, "")
        deliveries.open_ordinary(actor=member, delivery_id=plan, now=utc_now())
        _hand_in(member, first, "年末調整の予定への返信.txt", "この予定でお願いします。\n".encode(), reply_to=plan)
        opened = _hand_in(lead, first, "10月勤怠.xlsx", _attendance(), memo="残業の集計が入っています")
        deliveries.open_ordinary(actor=office, delivery_id=opened, now=utc_now())
        _hand_in(lead, first, "入社連絡票.xlsx", _attendance())
        _hand_in(member, first, "マイナンバー一覧.csv", _numbers(), protected=True)
        _hand_in(member, first, "扶養の確認.csv", _numbers())
        _send(
            office,
            [first, second, *rest],
            "労務だより_11月号.txt",
            "今月のお知らせです。\n" * 40,
            "今月のお知らせです",
            many=True,
        )
        asked = requests.ask(
            actor=office,
            client_id=first,
            title="11月分の勤怠",
            note="タイムカードは写真でもかまいません。",
            due_on=jst_day(utc_now()) + timedelta(days=3),
            items=["タイムカード", "残業の申請書", "有給休暇の届け"],
            now=utc_now(),
        )
        item = _items(office, asked)[0]
        _hand_in(lead, first, "タイムカード_11月.xlsx", _attendance(), item=item)


def _items(actor: Actor, request_id: UUID) -> list[UUID]:
    found = queries.get_request(actor, request_id)
    assert found is not None
    return [item.id for item in found.items]


def _client_actor(desk: Desk, login_id: str, client_id: UUID) -> Actor:
    found = tenancy.find_user(desk.actor(desk.manager), login_id)
    assert found is not None
    return tenancy.get_signed_in(found.account_id, session="", address="192.0.2.10", company=client_id).actor


def _hand_in(
    actor: Actor,
    client_id: UUID,
    name: str,
    data: bytes,
    *,
    memo: str = "",
    protected: bool = False,
    reply_to: UUID | None = None,
    item: UUID | None = None,
) -> UUID:
    wishes = Wishes(memo=memo, reply_to=reply_to, item=item)
    file_id = _take(actor, client_id, name, data, wishes=wishes, protected=protected)
    row = queries.get_own_file(actor, file_id)
    assert row is not None and row.delivery_id is not None
    return row.delivery_id


def _send(actor: Actor, clients: list[UUID], name: str, text: str, memo: str, *, many: bool = False) -> UUID:
    batch = new_id()
    _take(actor, None, name, text.encode(), wishes=Wishes(batch=batch))
    lines = deliveries.send(
        actor=actor,
        client_ids=clients,
        batch=batch,
        memo=memo,
        target=f"選んだ{len(clients)}社" if many else "",
        now=utc_now(),
    )
    return lines[0]


def _take(
    actor: Actor, client_id: UUID | None, name: str, data: bytes, *, wishes: Wishes, protected: bool = False
) -> UUID:
    done = uploads.take_at_once(
        actor=actor,
        client_id=client_id,
        typed_name=name,
        data=BytesIO(data).read,
        size=len(data),
        protected=protected,
        wishes=wishes,
        clock=utc_now,
    )
    examination.examine(done.id, now=utc_now())
    return done.id


def _attendance() -> bytes:
    import xlsxwriter

    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("勤怠")
    for column, heading in enumerate(("社員番号", "氏名", "出勤日数", "残業時間")):
        sheet.write_string(0, column, heading)
    for row in range(1, 21):
        sheet.write_string(row, 0, f"{1000 + row}")
        sheet.write_string(row, 1, f"見本 {row}郎")
        sheet.write_number(row, 2, 20)
        sheet.write_number(row, 3, row % 7)
    book.close()
    return out.getvalue()


def _numbers() -> bytes:
    """A sheet as a client company would send it; the numbers are invented."""
    lines = ["社員番号,氏名,個人番号"]
    lines += [f"{2000 + row},見本 {row}子,{synthetic_number(9_100_000 + row)}" for row in range(5)]
    return "\r\n".join(lines).encode("cp932")
