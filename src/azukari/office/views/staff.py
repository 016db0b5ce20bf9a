"""従業員アカウント: the list, one member, the code that hands the account over, and the right to numbers."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from azukari.entrance import letters
from azukari.entrance.confirm import prove
from azukari.entrance.doors import OFFICE
from azukari.entrance.requests import actor_of, now_of, signed_in_of
from azukari.kernel.actor import Role
from azukari.kernel.errors import ConflictError
from azukari.office.access import office_secret, page
from azukari.office.forms.staff import InviteForm, StaffForm
from azukari.office.standing import state_of
from azukari.press.documents.account_letter import LetterKind
from azukari.tenancy import policy, queries
from azukari.tenancy.actions import members, outbox
from azukari.tenancy.actions import staff as actions
from azukari.tenancy.actions.activation import MAIL
from azukari.tenancy.errors import (
    CodeTakenError,
    LoginIdError,
    OwnAccountError,
    StaffNotFoundError,
)
from azukari.tenancy.queries import StaffRow

_MANAGE = "tenancy:staff:manage"


@page(_MANAGE)
def staff_list(request: HttpRequest) -> HttpResponse:
    rows = queries.list_staff()
    context = {
        "rows": [{"person": row, "state": state_of(row.standing, now_of(request))} for row in rows],
        "usage": queries.count_active_staff(),
        "limit": _limit(),
        "full": _is_full(),
    }
    return render(request, "office/settings/staff_list.html", context)


def _limit() -> int | None:
    contract = queries.get_contract()
    return contract.staff_limit if contract else None


def _is_full() -> bool:
    limit = _limit()
    return limit is not None and queries.count_active_staff() >= limit


@page(_MANAGE, "GET", "HEAD", "POST")
def new(request: HttpRequest) -> HttpResponse:
    actor, office = actor_of(request), signed_in_of(request).office
    form = StaffForm(
        request.POST or None,
        clients=queries.list_client_choices(actor, ended=False),
        is_new=True,
        initial={"role": Role.GENERAL.value, "sees": "all" if office.default_sees_all else "own"},
    )
    if request.method == "POST" and form.is_valid():
        prove(request, "従業員アカウントの追加")
        try:
            staff_id = actions.add_member(form.cleaned_data["login_id"], form.facts(), actor=actor, now=now_of(request))
        except (CodeTakenError, LoginIdError) as error:
            form.add_error("login_id", error.short)
        except ConflictError as error:
            form.add_error(None, error.short)
        else:
            messages.success(
                request, f"{form.cleaned_data['name']}さんを追加しました。次に、ログインの案内を渡してください。"
            )
            return redirect("office:staff-member", staff_id=staff_id)
    context = {"form": form, "full": _is_full(), "limit": _limit(), "office": office}
    return render(request, "office/settings/staff_new.html", context, status=422 if form.errors else 200)


@page(_MANAGE, "GET", "HEAD", "POST")
def member(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    row = queries.get_staff_for(actor, staff_id)
    form = _form(request, row, sent=request.method == "POST")
    if request.method == "POST" and form.is_valid():
        prove(request, f"従業員アカウントの変更（{row.name}）")
        offered = {UUID(pk) for pk, _ in form.fields["clients"].choices}  # type: ignore[attr-defined]
        try:
            actions.change_member(
                row.id,
                form.facts(keep=[pk for pk in row.clients if pk not in offered]),
                version=form.cleaned_data["version"] or 0,
                actor=actor,
                now=now_of(request),
            )
        except ConflictError as error:
            form.add_error(None, error.short)
        else:
            messages.success(request, "保存しました。")
            return redirect("office:staff-member", staff_id=row.id)
    return _show(request, row, form=form)


def _form(request: HttpRequest, row: StaffRow, *, sent: bool) -> StaffForm:
    """The form of a member. Companies whose contract has ended are offered only to those who have them."""
    actor = actor_of(request)
    running = queries.list_client_choices(actor, ended=False)
    former = [found for found in queries.list_client_choices(actor, ended=True) if found[0] in row.clients]
    return StaffForm(
        request.POST if sent else None,
        clients=[*running, *((pk, f"{name}（契約終了）") for pk, name in former)],
        is_new=False,
        own=row.id == actor.staff_id,
        initial={
            "name": row.name,
            "kana": row.kana,
            "email": row.email,
            "role": row.role.value,
            "handles": row.handles,
            "sees": "all" if row.sees_all_clients else "own",
            "clients": [str(pk) for pk in row.clients],
            "version": row.version,
        },
    )


def _show(
    request: HttpRequest,
    row: StaffRow,
    *,
    form: StaffForm | None = None,
    invite: InviteForm | None = None,
    fault: str = "",
) -> HttpResponse:
    form, invite = form or _form(request, row, sent=False), invite or InviteForm.for_person(row)
    wrong = bool(form.errors or invite.errors or fault)
    context = {
        "person": row,
        "state": state_of(row.standing, now_of(request)),
        "is_own": row.id == actor_of(request).staff_id,
        "form": form,
        "invite": invite,
        "mail_is_set_up": outbox.is_set_up(),
        "fault": fault,
        "has_errors": wrong,
        "fingerprint": _fingerprint(row),
        "may_be_granted": policy.role_may_handle(row.role),
        "giver_may_handle": actor_of(request).may_handle,
        "is_last_key": row.may_handle and queries.count_key_holders() == 1 and not queries.recovery_is_confirmed(),
    }
    return render(request, "office/settings/staff_member.html", context, status=422 if wrong else 200)


def _fingerprint(row: StaffRow) -> str:
    try:
        return members.fingerprint_of(row.id)
    except StaffNotFoundError:
        return ""


@page(_MANAGE, "POST")
def invite(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    """Issue a code: as a letter that is handed out once, or by mail."""
    row = queries.get_staff_for(actor_of(request), staff_id)
    if row.id == actor_of(request).staff_id:
        raise OwnAccountError
    form = InviteForm.for_person(row, request.POST)
    if not form.is_valid():
        return _show(request, row, invite=form)
    what = "パスワードの再設定" if row.standing.activated else "ログインの案内の発行"
    prove(request, f"{what}（{row.name}）")
    channel = form.cleaned_data["channel"]
    issued = actions.issue_code(
        row.id,
        actor=actor_of(request),
        channel=channel,
        page=letters.page_address(request, OFFICE),
        with_factors=form.cleaned_data.get("with_factors", False),
        now=now_of(request),
    )
    if channel == MAIL:
        messages.success(request, f"{row.name}さんのメールアドレスに、案内を送ります。前の案内は使えなくなりました。")
        return redirect("office:staff-member", staff_id=row.id)
    messages.success(request, f"{row.name}さんの案内（書面）を発行しました。前の案内は使えなくなりました。")
    office = signed_in_of(request).office
    sheet = letters.letter(
        request,
        kind=LetterKind.STAFF,
        door=OFFICE,
        office=office,
        sender=letters.office_sender(office),
        recipient=letters.Recipient(person=row.name, login_id=row.login_id),
        issued=issued,
    )
    return letters.respond([sheet], file_name=f"login-{row.login_id}", now=now_of(request))


@page(_MANAGE, "POST")
def grant(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    """Give the right to numbers to the key whose fingerprint was compared, from the giver's own 利用認証."""
    row = queries.get_staff_for(actor_of(request), staff_id)
    secret = office_secret(request)
    if request.POST.get("fingerprint") != _fingerprint(row) or not request.POST.get("fingerprint"):
        return _show(
            request,
            row,
            fault="鍵の指紋が、この画面を開いたときと違います。指紋を確かめ直してから、もう一度押してください。",
        )

    def act() -> None:
        members.give_grant(actor=actor_of(request), staff_id=row.id, office_secret=secret, now=now_of(request))

    return _do(request, row, "個人番号の権限の付与", act, f"{row.name}さんに、個人番号を取り扱う権限を付けました。")


@page(_MANAGE, "POST")
def withdraw(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    row = _another(request, staff_id)

    def act() -> None:
        members.withdraw_grant(actor=actor_of(request), staff_id=row.id, now=now_of(request))

    done = f"{row.name}さんの権限を外しました。この人は、もう個人番号を開けません。"
    return _do(request, row, "個人番号の権限の取り消し", act, done)


@page(_MANAGE, "POST")
def stop(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    row = _another(request, staff_id)

    def act() -> None:
        actions.stop_member(row.id, actor=actor_of(request), now=now_of(request))

    done = f"{row.name}さんのアカウントを停止しました。ログイン中の画面も、すべて終わりました。"
    return _do(request, row, "従業員アカウントの停止", act, done)


@page(_MANAGE, "POST")
def reopen(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    row = _another(request, staff_id)

    def act() -> None:
        actions.reopen_member(row.id, actor=actor_of(request), now=now_of(request))

    done = f"{row.name}さんのアカウントを再開しました。新しい案内を渡してください。"
    return _do(request, row, "従業員アカウントの再開", act, done)


def _another(request: HttpRequest, staff_id: UUID) -> StaffRow:
    """Get somebody else than the one who acts. Raises: OwnAccountError."""
    row = queries.get_staff_for(actor_of(request), staff_id)
    if row.id == actor_of(request).staff_id:
        raise OwnAccountError
    return row


def _do(request: HttpRequest, row: StaffRow, what: str, act: Callable[[], None], done: str) -> HttpResponse:
    """Ask for 本人の確認, act, and say on the member's page what came of it."""
    prove(request, f"{what}（{row.name}）")
    try:
        act()
    except ConflictError as error:
        return _show(request, row, fault=error.short)
    messages.success(request, done)
    return redirect("office:staff-member", staff_id=row.id)
