"""Jobs about offices and operators at the command line: create and reset them, recover grants."""

from __future__ import annotations

import getpass
import sys

from azukari.kernel.clock import jst_minute, utc_now
from azukari.seal.recovery import RecoveryCode
from azukari.store.scope import office_scope
from azukari.tenancy import errors
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import holders, offices, operators, passwords, recovery
from azukari.tenancy.actions.activation import Issued
from azukari.tenancy.actions.holders import NOWHERE
from azukari.tenancy.rules.passwords import ALONE


def create_office(code: str, name: str, login: str, manager: str) -> int:
    """Create an office whose first 責任者 activates the account with the code that is printed here, once."""
    now = utc_now()
    office_id = offices.open_office(
        offices.NewOffice(code=code, name=name, manager_login=login, manager_name=manager), now=now
    )
    with office_scope(office_id):
        _print_code(offices.issue_letter(now=now), f"事務所「{name}」を登録しました。", "/activate/")
    return 0


def create_operator(login: str, name: str) -> int:
    """Create an operator; the activation code is printed here, once."""
    issued = operators.add_operator(login, name, now=utc_now())
    _print_code(issued, f"運営者「{name}」を登録しました。", "/operator/activate/")
    return 0


def reset_operator(login: str) -> int:
    """Reset an operator who lost password or second factor, from the machine itself."""
    issued = operators.renew_operator(login, now=utc_now())
    _print_code(issued, "パスワードと第2要素を取り消しました。", "/operator/activate/")
    return 0


def clear_networks(code: str) -> int:
    """Lift an office's restriction of networks: for an office whose address has changed."""
    office_id = tenancy.find_office(code)
    if office_id is None:
        raise errors.OfficeNotFoundError
    with office_scope(office_id):
        offices.clear_networks(trace=NOWHERE, now=utc_now())
    sys.stdout.write("接続元の制限を解除しました。事務所の記録に残ります。\n")
    return 0


def _print_code(issued: Issued, done: str, path: str) -> None:
    sys.stdout.write(
        f"{done}\n有効化コード：{'-'.join(issued.code.groups())}\n"
        f"{jst_minute(issued.expires_at)} までに {path} を開き、コードを入力してください。"
        "コードは1回だけ使え、ここにしか表示されません。\n"
    )


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
        recovery.recover(
            actor=holders.system_actor(), number=sheet, code=code, staff_id=staff_id, password=password, now=utc_now()
        )
    sys.stdout.write(
        f"{login} に、個人番号を開ける権限を付けました。新しいパスワードでログインし、新しい鍵の控えを印刷してください。\n"
    )
    return 0


def _ask(question: str) -> str:
    if sys.stdin.isatty():
        return getpass.getpass(question)
    return sys.stdin.readline().rstrip("\n")


def _new_password() -> str:
    password = _ask("新しいパスワード（15文字以上）：")
    passwords.check_new(password, least=ALONE)
    if _ask("もう一度：") != password:
        raise errors.PasswordWeakError(why="2回の入力が一致しません。")
    return password
