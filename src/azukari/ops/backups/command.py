"""`azukari backup`, `backups` and `restore`: what they say at the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from azukari.kernel.clock import jst_minute, utc_now
from azukari.ops.backups import errors, manifest, places, restore, take
from azukari.ops.backups.places import KEYS, MAIN, list_stamps, moment_of
from azukari.tenancy import queries as tenancy

_WHAT = {MAIN: "主なデータベース", KEYS: "鍵の保管庫"}


def back_up(typed: str) -> int:
    """Take a backup. Exit codes: 0 taken and checked, 1 not."""
    place = places.check_place(
        typed or settings.AZUKARI_BACKUPS, root_key=settings.AZUKARI_ROOT_KEY_FILE, data=settings.DATA
    )
    rules = take.Rules(key_days=settings.AZUKARI_KEY_BACKUP_DAYS, main_kept=settings.AZUKARI_BACKUPS_KEPT)
    taken = take.take(place, rules, now=utc_now())
    files = "S3の置き場所のもの（この控えには入りません）" if taken.copied is None else f"新しい部分{taken.copied}個"
    sys.stdout.write(
        f"控え {taken.stamp} を {place} に取り、確かめました（{taken.size:,}バイト、ファイル：{files}）。\n"
    )
    for what, stamps in ((_WHAT[KEYS], taken.removed_keys), (_WHAT[MAIN], taken.removed_main)):
        for stamp in stamps:
            sys.stdout.write(f"{what}の古い控え {stamp} を消しました。\n")
    if taken.missing:
        sys.stdout.write(
            f"見つからないファイルの部分が{taken.missing}個ありました。azukari fsck で確認してください。\n"
        )
    if places.is_same_disk(place, settings.DATA):
        sys.stdout.write("注意：データと同じディスクです。ディスクが壊れると、控えも失います。\n")
    sys.stdout.write("root.key はこの控えに入っていません。別の場所に保管してください。\n")
    return 1 if taken.missing else 0


def list_backups(typed: str) -> int:
    """List the backups and check each. Exit codes: 0 all whole and in time, 1 not."""
    place = places.named(typed or settings.AZUKARI_BACKUPS)
    wrong = 0
    for folder in (MAIN, KEYS):
        stamps = list_stamps(place / folder)
        sys.stdout.write(f"{_WHAT[folder]}：{len(stamps)}個\n")
        for stamp in stamps:
            try:
                said, size = "問題なし", manifest.check(place / folder / stamp).size
            except errors.BackupDamagedError as error:
                said, size, wrong = error.reason, 0, wrong + 1
            too_old = utc_now() - moment_of(stamp) > timedelta(days=settings.AZUKARI_KEY_BACKUP_DAYS)
            if folder == KEYS and too_old:
                said, wrong = "期限を過ぎています。azukari backup を行うと消えます", wrong + 1
            sys.stdout.write(f"  {stamp}（{jst_minute(moment_of(stamp))}）{size:,}バイト {said}\n")
    allowed = timedelta(days=settings.AZUKARI_BACKUP_ALARM_DAYS)
    if tenancy.get_backup_state(allowed=allowed, now=utc_now()).late:
        sys.stdout.write(f"{settings.AZUKARI_BACKUP_ALARM_DAYS}日を超えて、控えを取っていません。\n")
        wrong += 1
    return 1 if wrong else 0


def bring_back(typed: str, at: str, lists: Sequence[str]) -> int:
    """Restore a backup. Exit codes: 0 restored and open, 1 refused or stopped."""
    done = restore.restore(
        places.named(typed or settings.AZUKARI_BACKUPS),
        at=at,
        lists=[Path(name) for name in lists],
        key_days=settings.AZUKARI_KEY_BACKUP_DAYS,
        now=utc_now(),
    )
    sys.stdout.write(
        f"{jst_minute(done.taken_at)} の控え（鍵の保管庫は {jst_minute(done.keys_at)}）に戻しました。\n"
        f"廃棄のやり直し：番号{done.numbers_again}件、ファイル{done.files_again}件。"
        "廃棄したものがどれも開けないことを確かめました。\n"
    )
    if done.migrated:
        sys.stdout.write("データベースを、今の版の形にしました。\n")
    if done.files_copied or done.files_missing:
        sys.stdout.write(f"ファイルの部分：{done.files_copied}個を戻し、{done.files_missing}個は見つかりません。\n")
    if done.numbers_without_key:
        sys.stdout.write(
            f"注意：番号{done.numbers_without_key}件は、鍵の保管庫の控えに鍵がなく、開けません。azukari fsck で確認してください。\n"
        )
    for code, count in done.shorter.items():
        sys.stdout.write(
            f"注意：{code} の記録は、わかっているところより{count}件短くなりました。失われた操作を、事務所に必ず知らせてください。\n"
        )
    for code, name in done.restarted.items():
        sys.stdout.write(
            f"注意：{code} の記録は、最後の署名より古いので閉じ、断絶を残して {name} として続けます。"
            "配布済みの控えを持つ人には「記録が変わった」と表示されます。\n"
        )
    sys.stdout.write("azukari check-record と azukari fsck を行ってから、サーバーを起動してください。\n")
    return 0
