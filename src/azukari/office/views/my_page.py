"""マイページ: the office at a glance and the ways to its settings; passwords, contract, support, documents."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from azukari.entrance.confirm import prove
from azukari.entrance.forms import RecordPasswordForm
from azukari.entrance.requests import actor_of, holder_of, now_of, signed_in_of, trace_of
from azukari.kernel.clock import jst_day
from azukari.kernel.errors import InvalidError
from azukari.office.access import page
from azukari.office.forms.settings import SupportForm
from azukari.seal import checkpoint
from azukari.tenancy import policy, queries
from azukari.tenancy.actions import keys, members, offices, passwords
from azukari.tenancy.errors import PasswordWeakError, StaffNotFoundError
from azukari.tenancy.rules.contract import state_of
from azukari.vault import queries as vault

# 管理設定メニュー, in the order and with the names of the screens people know: permission, URL name, name, what is there.
_MENU = (
    (
        "tenancy:settings:change",
        "settings-office",
        "設定情報の確認・編集",
        "事務所の名称と所在地、ログインの条件、通知先、個人番号の取扱いを決めます。",
    ),
    (
        "oversight:odd_use:review",
        "odd-uses",
        "いつもと違う利用",
        "夜間の利用、多くの番号の利用、ログインの失敗などを確認します。",
    ),
    (
        "tenancy:settings:change",
        "settings-oversight",
        "監督と見守りの設定",
        "いつもと違う利用の基準、再委託先、顧問先に見せる範囲を決めます。",
    ),
    (
        "tenancy:settings:change",
        "settings-retention",
        "保存期間",
        "書類ごとの完結の日の決め方と、大量の廃棄の歯止めを決めます。",
    ),
    (
        "tenancy:own:manage",
        "settings-password",
        "パスワード設定",
        "自分のパスワードと、記録の画面のパスワードを変更します。",
    ),
    (
        "tenancy:staff:manage",
        "staff",
        "従業員アカウント",
        "職員の追加と停止、役割、担当する顧問先、個人番号の権限を管理します。",
    ),
    (
        "tenancy:client:manage",
        "client-accounts",
        "事業所アカウント",
        "顧問先の担当者のアカウントを発行し、案内を印刷します。",
    ),
    ("tenancy:contract:see", "contract", "保守契約状況確認", "契約の期間と状態、上限と今の利用数を確認します。"),
    ("tenancy:office:see", "documents", "定型文書管理", "顧問先に公開する書類を登録します（準備中）。"),
)


@page("tenancy:office:see")
def top(request: HttpRequest) -> HttpResponse:
    actor, office = actor_of(request), signed_in_of(request).office
    sees_contract, grants_support = (
        policy.may(actor, "tenancy:contract:see"),
        policy.may(actor, "tenancy:support:grant"),
    )
    contract = queries.get_contract() if sees_contract else None
    context = {
        "office": office,
        "contract": contract,
        "sees_contract": sees_contract,
        "contract_state": _state(request, contract),
        "backup": queries.get_backup_state(
            allowed=timedelta(days=settings.AZUKARI_BACKUP_ALARM_DAYS), now=now_of(request)
        ),
        "menu": [(name, label, what) for permission, name, label, what in _MENU if policy.may(actor, permission)],
        "grants_support": grants_support,
        "support": queries.find_support(now_of(request)) if grants_support else None,
        "keeps_recovery": policy.may(actor, "tenancy:recovery:issue"),
        "recovery": queries.find_recovery_sheet(),
        "fingerprint": checkpoint.fingerprint(keys.verifier_key()),
        "own_fingerprint": _own_fingerprint(request),
    }
    return render(request, "office/settings/top.html", context)


def _own_fingerprint(request: HttpRequest) -> str:
    """The fingerprint one reads out to the 責任者 who gives the right to numbers."""
    actor = actor_of(request)
    if actor.staff_id is None or not policy.role_may_handle(actor.role):
        return ""
    try:
        return members.fingerprint_of(actor.staff_id)
    except StaffNotFoundError:
        return ""


def _state(request: HttpRequest, contract: queries.ContractRow | None) -> str:
    if contract is None:
        return ""
    stopped = signed_in_of(request).office.stopped_at is not None
    today = jst_day(now_of(request))
    return state_of(starts_on=contract.starts_on, ends_on=contract.ends_on, stopped=stopped, today=today)


@page("tenancy:own:manage")
def password(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    context = {
        "sees_record": policy.may(actor, "journal:record:see"),
        "has_record_password": passwords.has_record_password(actor),
    }
    return render(request, "office/settings/password.html", context)


@page("journal:record:see", "GET", "HEAD", "POST")
def record_password(request: HttpRequest) -> HttpResponse:
    """Set the password of the record's screens; one's own password stands for 本人の確認."""
    actor = actor_of(request)
    form = RecordPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            passwords.set_record_password(
                actor,
                queries.get_account(holder_of(request).pk),
                own=form.cleaned_data["old"],
                new=form.cleaned_data["password"],
                trace=trace_of(request),
                now=now_of(request),
            )
        except PasswordWeakError as error:
            form.add_error("password", error.short)
        except InvalidError as error:
            form.add_error("old", error.short)
        else:
            request.session.pop("record_opened_at", None)
            messages.success(request, "記録の画面のパスワードを決めました。")
            return redirect("office:record-open")
    context = {
        "form": form,
        "least": passwords.RECORD_LEAST,
        "has_record_password": passwords.has_record_password(actor),
    }
    return render(request, "office/settings/record_password.html", context, status=422 if form.errors else 200)


@page("tenancy:contract:see")
def contract(request: HttpRequest) -> HttpResponse:
    """The contract as the operator set it. The operator's own note stays with the operator."""
    history = queries.list_contracts()
    now, usage = history[0] if history else None, queries.count_usage()
    lines = [
        ("従業員アカウント", "名", usage.staff, now.staff_limit if now else None),
        ("顧問先", "社", usage.clients, now.client_limit if now else None),
        ("事業所アカウント", "名", usage.users, None),
        ("預かっている個人番号", "件", vault.count_numbers(), now.number_limit if now else None),
    ]
    context = {
        "office": signed_in_of(request).office,
        "contract": now,
        "state": _state(request, now),
        "days_left": _days_left(now, now_of(request)),
        "lines": [
            {"what": what, "unit": unit, "used": used, "limit": limit, "left": None if limit is None else limit - used}
            for what, unit, used, limit in lines
        ],
        "history": history,
    }
    return render(request, "office/settings/contract.html", context)


def _days_left(contract: queries.ContractRow | None, now: datetime) -> int | None:
    """Days until the last day, where it is near enough to say so."""
    if contract is None or contract.ends_on is None:
        return None
    left = (contract.ends_on - jst_day(now)).days
    return left if left <= 90 else None


@page("tenancy:support:grant", "GET", "HEAD", "POST")
def support(request: HttpRequest) -> HttpResponse:
    """Let the operator look for some hours, and see who was let."""
    form = SupportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        prove(request, "サポートの許可")
        offices.give_support(actor=actor_of(request), **form.cleaned_data, now=now_of(request))
        messages.success(
            request, f"サポートを許可しました。{form.cleaned_data['hours']}時間たつと、自動的に終わります。"
        )
        return redirect("office:support")
    given = queries.list_support()
    context = {
        "form": form,
        "current": queries.find_support(now_of(request)),
        "given": [{"row": row, "over": row.ends_at <= now_of(request)} for row in given],
    }
    return render(request, "office/settings/support.html", context, status=422 if form.errors else 200)


@page("tenancy:support:grant", "POST")
def end_support(request: HttpRequest) -> HttpResponse:
    """End it at once. Taking a right away asks for no 本人の確認."""
    offices.end_support(actor=actor_of(request), now=now_of(request))
    messages.success(request, "サポートの許可を終えました。運営者は、もう状態を見られません。")
    return redirect("office:support")


@page("tenancy:office:see")
def documents(request: HttpRequest) -> HttpResponse:
    return render(request, "office/settings/documents.html")
