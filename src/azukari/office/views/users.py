"""事業所アカウント: who logs in for a company, one person with every company, and the letters that hand logins over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from azukari.entrance import letters
from azukari.entrance.confirm import prove
from azukari.entrance.doors import PORTAL
from azukari.entrance.requests import actor_of, now_of, signed_in_of
from azukari.kernel.actor import ROLE_LABELS, Actor, Role
from azukari.kernel.clock import jst_day
from azukari.kernel.errors import ConflictError
from azukari.office.access import page
from azukari.office.forms.staff import InviteForm
from azukari.office.forms.users import JoinForm, NewUserForm, UserForm
from azukari.office.standing import state_of
from azukari.office.views.client_accounts import back_to_list
from azukari.press.documents.account_letter import AccountLetter, LetterKind
from azukari.roster import queries as roster
from azukari.tenancy import policy, queries
from azukari.tenancy.actions import outbox
from azukari.tenancy.actions import users as actions
from azukari.tenancy.actions.activation import MAIL, Issued
from azukari.tenancy.actions.users import UserFacts
from azukari.tenancy.errors import CodeTakenError, LoginIdError
from azukari.tenancy.queries import ClientRow, UserRow
from azukari.tenancy.rules.login import tidy_word

_MANAGE = "tenancy:client:manage"
MOST_LETTERS = 500


@page(_MANAGE)
def of_client(request: HttpRequest, client_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    client = queries.get_client_for(actor, client_id)
    rows = [_listed(request, row, client) for row in queries.list_users(actor, [client.id])]
    context = {
        "client": client,
        "rows": rows,
        "unactivated": sum(row["person"].standing.active and not row["person"].standing.activated for row in rows),
        "people_count": sum(roster.count_by_state([client.id]).get(client.id, {}).values()),
        "handles": policy.may(actor, "vault:number:register"),
        "sees_record": policy.may(actor, "journal:record:see"),
        "manages_clients": True,
        "users_count": len(rows),
        "today": jst_day(now_of(request)),
    }
    return render(request, "office/client_accounts/users.html", context)


def _listed(request: HttpRequest, row: UserRow, client: ClientRow) -> dict[str, Any]:
    seen, hidden = _companies(actor_of(request), row)
    return {
        "person": row,
        "role": row.role_in(client.id),
        "others": [name for pk, name, _ in seen if pk != client.id],
        "hidden": hidden,
        "state": state_of(row.standing, now_of(request)),
    }


def _companies(actor: Actor, row: UserRow) -> tuple[list[tuple[UUID, str, Role]], int]:
    """The companies of a person that the actor sees, and how many there are beside them."""
    seen: list[tuple[UUID, str, Role]] = [found for found in row.memberships if actor.sees(found[0])]
    return seen, len(row.memberships) - len(seen)


@page(_MANAGE, "GET", "HEAD", "POST")
def new(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Two ways: somebody without a login, or somebody who logs in for another company already."""
    client = queries.get_client_for(actor_of(request), client_id)
    joins = request.POST.get("way") == "join"
    sent = request.POST if request.method == "POST" else None
    form = NewUserForm(sent if not joins else None, initial={"role": Role.CLIENT_LEAD.value})
    join = JoinForm(sent if joins else None, auto_id="join_%s", initial={"role": Role.CLIENT_MEMBER.value})
    user_id = None
    if sent is not None:
        user_id = _join(request, join, client) if joins else _add(request, form, client)
    if user_id:
        return redirect("office:user", user_id=user_id)
    wrong = bool(form.errors or join.errors)
    context = {"client": client, "form": form, "join": join, "joins": joins, "has_errors": wrong}
    return render(request, "office/client_accounts/user_new.html", context, status=422 if wrong else 200)


def _add(request: HttpRequest, form: NewUserForm, client: ClientRow) -> UUID | None:
    if not form.is_valid():
        return None
    prove(request, f"事業所アカウントの追加（{client.name}）")
    login_id = form.cleaned_data["login_id"]
    facts = form.facts_with({client.id: Role(form.cleaned_data["role"])})
    try:
        user_id = actions.add_user(login_id, facts, actor=actor_of(request), now=now_of(request))
    except CodeTakenError:
        form.add_error(
            "login_id",
            f"ログインID「{tidy_word(login_id)}」は、すでに使われています。別のログインIDにするか、同じ人なら［登録済みの人を加える］に入力してください。",
        )
    except LoginIdError as error:
        form.add_error("login_id", error.short)
    else:
        messages.success(request, f"{facts.name}さんを追加しました。次に、ログインの案内を渡してください。")
        return user_id
    return None


def _join(request: HttpRequest, form: JoinForm, client: ClientRow) -> UUID | None:
    if not form.is_valid():
        return None
    actor, wanted = actor_of(request), tidy_word(form.cleaned_data["login_id"])
    row = queries.find_user(actor, wanted)
    if row is None:
        form.add_error("login_id", "このログインIDの事業所アカウントはありません。ログインIDを確認してください。")
        return None
    if row.role_in(client.id):
        form.add_error("login_id", f"{row.name}さんは、すでに{client.name}を担当しています。")
        return None
    prove(request, f"担当する会社の追加（{row.name}・{client.name}）")
    seen, _ = _companies(actor, row)
    roles = {pk: role for pk, _, role in seen} | {client.id: Role(form.cleaned_data["role"])}
    facts = UserFacts(name=row.name, kana=row.kana, email=row.email, roles=roles)
    try:
        actions.change_user(row.id, facts, version=row.version, actor=actor, now=now_of(request))
    except ConflictError as error:
        form.add_error(None, error.short)
        return None
    messages.success(request, f"{row.name}さんが、{client.name}も担当するようになりました。ログインIDは同じです。")
    return row.id


@page(_MANAGE, "GET", "HEAD", "POST")
def user(request: HttpRequest, user_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    row = queries.get_user_for(actor, user_id)
    form = _form(request, row, sent=request.method == "POST")
    if request.method == "POST" and form.is_valid():
        prove(request, f"事業所アカウントの変更（{row.name}）")
        facts = form.facts()
        try:
            actions.change_user(row.id, facts, version=form.cleaned_data["version"], actor=actor, now=now_of(request))
        except ConflictError as error:
            form.add_error(None, error.short)
        else:
            messages.success(request, "保存しました。")
            # Whoever left the last company that this person sees is nobody's to look at any more.
            return redirect("office:user", user_id=row.id) if facts.roles else redirect("office:client-accounts")
    return _show(request, row, form=form)


def _form(request: HttpRequest, row: UserRow, *, sent: bool) -> UserForm:
    """The form of a person. Companies whose contract has ended are offered only where they are the person's."""
    actor = actor_of(request)
    seen, hidden = _companies(actor, row)
    own = {pk for pk, _, _ in seen}
    former = [(pk, f"{name}（契約終了）") for pk, name in queries.list_client_choices(actor, ended=True) if pk in own]
    initial: dict[str, Any] = {"name": row.name, "kana": row.kana, "email": row.email, "version": row.version}
    return UserForm(
        request.POST if sent else None,
        companies=[*queries.list_client_choices(actor, ended=False), *former],
        serves_others=hidden > 0,
        initial=initial | {f"role-{pk}": role.value for pk, _, role in seen},
    )


def _show(
    request: HttpRequest, row: UserRow, *, form: UserForm | None = None, invite: InviteForm | None = None
) -> HttpResponse:
    form, invite = form or _form(request, row, sent=False), invite or InviteForm.for_person(row)
    seen, hidden = _companies(actor_of(request), row)
    wrong = bool(form.errors or invite.errors)
    own = {f"role-{pk}" for pk, _, _ in seen}
    fields = form.role_fields()
    context = {
        "person": row,
        "state": state_of(row.standing, now_of(request)),
        "form": form,
        "own_roles": [field for field in fields if field.name in own or field.value() or field.errors],
        "other_roles": [field for field in fields if not (field.name in own or field.value() or field.errors)],
        "invite": invite,
        "mail_is_set_up": outbox.is_set_up(),
        "companies": [(pk, name, ROLE_LABELS[role]) for pk, name, role in seen],
        "hidden": hidden,
        "has_errors": wrong,
    }
    return render(request, "office/client_accounts/user.html", context, status=422 if wrong else 200)


@page(_MANAGE, "POST")
def invite(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Issue a code: as a letter that is handed out once, or by mail."""
    actor = actor_of(request)
    row = queries.get_user_for(actor, user_id)
    form = InviteForm.for_person(row, request.POST)
    if not form.is_valid():
        return _show(request, row, invite=form)
    prove(request, f"{'パスワードの再設定' if row.standing.activated else 'ログインの案内の発行'}（{row.name}）")
    channel = form.cleaned_data["channel"]
    issued = actions.issue_code(
        row.id,
        actor=actor,
        channel=channel,
        page=letters.page_address(request, PORTAL),
        with_factors=form.cleaned_data.get("with_factors", False),
        now=now_of(request),
    )
    if channel == MAIL:
        messages.success(request, f"{row.name}さんのメールアドレスに、案内を送ります。前の案内は使えなくなりました。")
        return redirect("office:user", user_id=row.id)
    messages.success(request, f"{row.name}さんの案内（書面）を発行しました。前の案内は使えなくなりました。")
    companies = queries.find_clients(actor, [pk for pk, _, _ in row.memberships])
    running = {pk: found for pk, found in companies.items() if not found.ended}
    sheet = _letter(request, row, _recipient(row, running or companies), issued)
    return letters.respond([sheet], file_name=f"login-{row.login_id}", now=now_of(request))


def _letter(request: HttpRequest, row: UserRow, company: ClientRow | None, issued: Issued) -> AccountLetter:
    office = signed_in_of(request).office
    return letters.letter(
        request,
        kind=LetterKind.CLIENT,
        door=PORTAL,
        office=office,
        sender=letters.office_sender(office),
        recipient=letters.Recipient(
            person=row.name,
            login_id=row.login_id,
            organisation=company.name if company else "",
            postal_code=company.postal_code if company else "",
            address=company.address if company else "",
        ),
        issued=issued,
    )


@page(_MANAGE, "POST")
def stop(request: HttpRequest, user_id: UUID) -> HttpResponse:
    row = queries.get_user_for(actor_of(request), user_id)
    prove(request, f"事業所アカウントの停止（{row.name}）")
    actions.stop_user(row.id, actor=actor_of(request), now=now_of(request))
    messages.success(request, f"{row.name}さんのアカウントを停止しました。ログイン中の画面も、すべて終わりました。")
    return redirect("office:user", user_id=row.id)


@page(_MANAGE, "POST")
def reopen(request: HttpRequest, user_id: UUID) -> HttpResponse:
    row = queries.get_user_for(actor_of(request), user_id)
    prove(request, f"事業所アカウントの再開（{row.name}）")
    actions.reopen_user(row.id, actor=actor_of(request), now=now_of(request))
    messages.success(request, f"{row.name}さんのアカウントを再開しました。新しい案内を渡してください。")
    return redirect("office:user", user_id=row.id)


@page(_MANAGE, "POST")
def many_letters(request: HttpRequest) -> HttpResponse:
    """A letter for everybody of the chosen companies who is not activated yet. Accounts in use are never reset."""
    actor = actor_of(request)
    chosen = queries.find_clients(actor, _ids(request.POST.getlist("client")))
    clients = {pk: row for pk, row in chosen.items() if not row.ended}
    if not chosen:
        messages.error(request, "顧問先が選択されていません。案内を印刷する顧問先にチェックを付けてください。")
        return back_to_list(request)
    waiting = {
        row.id: row
        for row in queries.list_users(actor, list(clients))
        if row.standing.active and not row.standing.activated
    }
    if not waiting:
        messages.info(request, "選んだ顧問先に、案内が必要な人はいません。使っている人の案内は、1名ずつ発行します。")
        return back_to_list(request)
    if len(waiting) > MOST_LETTERS:
        messages.error(
            request,
            f"案内は1回に{MOST_LETTERS}名分までです（選んだ顧問先では{len(waiting):,}名）。顧問先を分けて印刷してください。",
        )
        return back_to_list(request)
    prove(request, f"ログインの案内の発行（{len(waiting)}名）")
    issued = actions.issue_first_codes(list(waiting), actor=actor, now=now_of(request))
    sheets = [_letter(request, waiting[pk], _recipient(waiting[pk], clients), code) for pk, code in issued.items()]
    if not sheets:  # all of them were activated meanwhile
        return back_to_list(request)
    messages.success(request, f"{len(sheets)}名分の案内（書面）を発行しました。前の案内は使えなくなりました。")
    return letters.respond(sheets, file_name=f"login-{jst_day(now_of(request)):%Y%m%d}", now=now_of(request))


def _ids(typed: Sequence[str]) -> list[UUID]:
    found = []
    for word in typed:
        try:
            found.append(UUID(word))
        except ValueError:
            continue
    return found


def _recipient(row: UserRow, clients: dict[UUID, ClientRow]) -> ClientRow | None:
    return next((clients[pk] for pk, _, _ in row.memberships if pk in clients), None)
