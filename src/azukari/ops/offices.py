"""Jobs about offices at the command line: create one, recover its grants, check every record."""

from __future__ import annotations

import getpass
import sys

from azukari.journal import queries as journal
from azukari.journal.errors import JournalDamagedError
from azukari.kernel.actor import Actor, Role
from azukari.kernel.clock import utc_now
from azukari.seal.errors import SealError
from azukari.seal.recovery import RecoveryCode
from azukari.store.scope import office_scope
from azukari.tenancy import errors
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import offices, recovery


def create_office(code: str, name: str, login: str, manager: str) -> int:
    """Create an office with its first manager; the password is asked for, never an argument."""
    offices.open_office(
        offices.NewOffice(
            code=code.lower(),
            name=name,
            manager_login=login.lower(),
            manager_name=manager,
            manager_password=_new_password(),
        ),
        now=utc_now(),
    )
    sys.stdout.write(
        f"事務所「{name}」を登録しました。事務所コード {code.lower()}、ログインID {login.lower()} でログインできます。\n"
    )
    return 0


def recover(office_code: str, login: str, sheet: int) -> int:
    """Open the office's half with the recovery sheet and grant it to a staff member with a new password."""
    office_id = tenancy.find_office(office_code)
    if office_id is None:
        raise errors.StaffNotFoundError
    with office_scope(office_id):
        staff_id = tenancy.find_staff(login)
        if staff_id is None:
            raise errors.StaffNotFoundError
        code = RecoveryCode.parse(_ask("鍵の控えの文字（続けて入力。空白やハイフンがあってもかまいません）："))
        password = _new_password()
        operator = Actor(
            office_id=office_id, staff_id=None, name="運営者", role=Role.SYSTEM, may_handle=False, client_ids=None
        )
        recovery.recover(actor=operator, number=sheet, code=code, staff_id=staff_id, password=password, now=utc_now())
    sys.stdout.write(
        f"{login} に、個人番号を開ける権限を付けました。新しいパスワードでログインし、新しい鍵の控えを印刷してください。\n"
    )
    return 0


def check_records() -> int:
    """Check the record of every office: bodies, columns, texts and tree. Exit code 1 when one is damaged."""
    damaged = 0
    for office_id, code, name in tenancy.list_offices():
        with office_scope(office_id):
            try:
                checked = journal.verify_record()
                sys.stdout.write(f"{code} {name}：改ざんなし（{checked.size}件を検証）\n")
            except (JournalDamagedError, SealError) as error:
                damaged = 1
                sys.stdout.write(f"{code} {name}：{error.reason}\n")
    return damaged


def _ask(question: str) -> str:
    if sys.stdin.isatty():
        return getpass.getpass(question)
    return sys.stdin.readline().rstrip("\n")


def _new_password() -> str:
    password = _ask("新しいパスワード（15文字以上）：")
    offices.check_password(password)
    if _ask("もう一度：") != password:
        raise errors.PasswordWeakError(why="2回の入力が一致しません。")
    return password
