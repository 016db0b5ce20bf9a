"""`azukari check-record`, `export-record`, `restart-record`: the record as the one who runs the service sees to it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from uuid import UUID

from azukari.journal import queries as journal
from azukari.journal.actions import signing
from azukari.journal.errors import JournalDamagedError, RecordRolledBackError
from azukari.journal.queries import takeouts
from azukari.kernel.clock import jst_minute, utc_now
from azukari.kernel.errors import AzukariError, InvalidError
from azukari.ops import exported
from azukari.seal import checkpoint
from azukari.seal.errors import SealError, SignerMissingError
from azukari.store.scope import office_scope
from azukari.tenancy import errors
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import holders, keys


class FolderNotEmptyError(InvalidError):
    code = "ops.folder_not_empty"
    happened = "書き出しませんでした。"
    cause = "書き出し先のフォルダーが空ではありません。"
    remedy = "新しいフォルダーを指定してください。"


class NotConfirmedError(InvalidError):
    code = "ops.not_confirmed"
    happened = "何も変更しませんでした。"
    cause = "確認の入力が一致しません。"
    remedy = "表示された文字のとおりに入力してください。"


def check_records(since: str | None = None) -> int:
    """Check the record of every office: bodies, columns, texts, tree, and against what was signed.

    `since` is a file with a note somebody kept: its office's record is checked against it too.
    Exit codes: 0 all hold, 1 one does not, 2 the note cannot be read or belongs to no office here.
    """
    kept = None
    if since is not None:
        try:
            kept = Path(since).read_text("utf-8")
            wanted = checkpoint.read_unverified(kept).origin
        except (OSError, UnicodeDecodeError, SealError):
            sys.stdout.write(f"確かめられません：{since} を控えとして読めません。\n")
            return 2
    worst, met = 0, kept is None
    for office_id, code, name in tenancy.list_offices():
        with office_scope(office_id):
            mine = kept is not None and f"{wanted}/".startswith(f"azukari/office/{office_id}/")
            met = met or mine
            worst = max(worst, _check_one(f"{code} {name}", kept if mine else None))
    if not met:
        sys.stdout.write("確かめられません：控えの記録は、ここにある事務所のものではありません。\n")
        return 2
    return worst


def _check_one(who: str, kept: str | None) -> int:
    damaged = 0
    try:
        checked = journal.verify_record()
        takeouts.verify_take_outs()
        sys.stdout.write(f"{who}：改ざんなし（{checked.size}件を検証）\n")
    except (JournalDamagedError, SealError) as error:
        damaged = 1
        sys.stdout.write(f"{who}：{error.reason}\n")
    try:
        signed = signing.check_against_signer()
        sys.stdout.write(f"  署名との照合：{signed}件まで署名済みの記録から、正しく続いています。\n")
    except RecordRolledBackError as error:
        damaged = 1
        sys.stdout.write(_told_rolled_back(error))
    except SignerMissingError as error:
        damaged = 1
        sys.stdout.write(f"  署名との照合：できません。{error.reason}\n")
    if kept is not None:
        try:
            size = signing.check_against_note(kept, keys.verifier_key())
            sys.stdout.write(f"  お手元の控え（{size}件）から、正しく続いています。\n")
        except SealError as error:
            damaged = 1
            sys.stdout.write(f"  お手元の控えと合いません：{error.reason}\n")
    return damaged


def _told_rolled_back(error: AzukariError) -> str:
    state = signing.tell_standing()
    return (
        f"  署名との照合：続いていません。{error.reason}\n"
        f"  今の記録は{state.size}件、最後に署名したのは"
        + (f"{state.signed}件のときです。\n" if state.signed is not None else "不明です（署名の状態がありません）。\n")
        + "  1 まず、より新しいデータベースの控えがないか探してください。戻すと、そのまま続けられます。\n"
        "  2 ないときは、azukari restart-record で、断絶を記録に残して続きを始めます。元には戻せません。\n"
        "  signer.sqlite3 を消したり、古いものに戻したりしないでください。改ざんの疑いが残ります。\n"
    )


def restart_record(code: str, reason: str) -> int:
    """Close an office's record that was rolled back and go on under the next origin, after two confirmations."""
    office_id = _office(code)
    with office_scope(office_id):
        state = signing.tell_standing()
        sys.stdout.write(
            f"事務所 {code} の記録（{state.origin}）を閉じ、断絶を残して続きを始めます。\n"
            f"今の記録は{state.size}件です。これより後の失われた記録は、この記録には戻りません。\n"
            "配布済みの控えを持つ人には「記録が変わった」と表示されます。事務所と顧問先に、先に事情を知らせてください。\n"
        )
        _confirm(f"1回目の確認。事務所コードを入力してください（{code}）：", code)
        _confirm(f"2回目の確認。今の件数を入力してください（{state.size}）：", str(state.size))
        signed = signing.restart(
            actor=holders.system_actor(), sealed_key=keys.sealed_log_key(), reason=reason, now=utc_now()
        )
        sys.stdout.write(f"続きを始めました。新しい控え：\n\n{signed.note}")
    return 0


def export_record(code: str, folder: str, *, with_names: bool) -> int:
    """Export the whole record of an office for `azukari verify` and tools/verify_export.py."""
    office_id, target = _office(code), Path(folder)
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(target.iterdir()):
        raise FolderNotEmptyError
    with office_scope(office_id):
        signed = keys.sign_record(now=utc_now())
        _write(target / exported.POLICY, [f"log {keys.verifier_key()}", "quorum none"])
        _write(target / exported.CHECKPOINTS, (json.dumps(note) for note in journal.notes_until(signed.size)))
        _write_stamps(target / exported.STAMPS, signed.size)
        names = os.open(target / exported.TEXTS, _NEW, 0o600) if with_names else None
        with os.fdopen(os.open(target / exported.ENTRIES, _NEW, 0o600), "wb") as entries:
            for entry, text in journal.entries_with_texts(signed.size):
                entries.write(bytes(entry.body) + b"\n")
                if names is not None and text is not None:
                    kept = {"seq": entry.seq, "salt": bytes(text.salt).hex(), "texts": text.texts}
                    os.write(names, json.dumps(kept, ensure_ascii=False).encode() + b"\n")
        if names is not None:
            os.close(names)
    sys.stdout.write(
        f"{signed.size}件の記録を {folder} に書き出しました（{jst_minute(utc_now())}）。\n"
        f"鍵の指紋：{_fingerprint(office_id)}\n"
        f"確かめ方：azukari verify {folder} または python3 verify_export.py {folder}\n"
    )
    return 0


def _write_stamps(folder: Path, size: int) -> None:
    """Write each stamped note with its token beside it, as `openssl ts -verify -token_in` takes them."""
    for stamped in journal.stamped_until(size):
        folder.mkdir(mode=0o700, exist_ok=True)
        (folder / f"{stamped.size}.txt").write_text(stamped.note, "utf-8")
        (folder / f"{stamped.size}.tst").write_bytes(stamped.token)


_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL


def _write(path: Path, lines: object) -> None:
    with os.fdopen(os.open(path, _NEW, 0o600), "w", encoding="utf-8", newline="\n") as file:
        for line in lines:  # type: ignore[attr-defined]
            file.write(f"{line}\n")


def _fingerprint(office_id: UUID) -> str:
    with office_scope(office_id):
        return checkpoint.fingerprint(keys.verifier_key())


def _office(code: str) -> UUID:
    office_id = tenancy.find_office(code)
    if office_id is None:
        raise errors.OfficeNotFoundError
    return office_id


def _confirm(question: str, wanted: str) -> None:
    sys.stdout.write(question)
    sys.stdout.flush()
    if sys.stdin.readline().strip() != wanted:
        raise NotConfirmedError
