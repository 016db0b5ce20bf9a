"""The `azukari` command: one subcommand per job of the one who runs the service.

`verify` works without data folder, database or server; the others start Django first.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from azukari.kernel.errors import AzukariError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand. Gives the exit code: 0 done, 1 refused or invalid, 2 wrong usage."""
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except AzukariError as error:
        for sentence in (error.event, error.reason, error.advice):
            if sentence:
                sys.stderr.write(sentence + "\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="azukari", description="あずかり：個人番号をお預かりするシステム")
    commands = parser.add_subparsers(required=True, metavar="コマンド")

    setup = commands.add_parser("setup", help="データの置き場所・鍵・データベースを用意します")
    setup.set_defaults(run=_setup)

    serve = commands.add_parser("serve", help="サーバーを起動します")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--workers", type=int, default=1)
    serve.set_defaults(run=_serve)

    office = commands.add_parser("create-office", help="事務所と最初の責任者を登録します")
    office.add_argument("--code", required=True, help="事務所コード（半角英数字）")
    office.add_argument("--name", required=True, help="事務所名")
    office.add_argument("--login", required=True, help="責任者のログインID")
    office.add_argument("--manager", required=True, help="責任者の氏名")
    office.set_defaults(run=_create_office)

    operator = commands.add_parser("create-operator", help="運営者を登録し、有効化コードを表示します")
    operator.add_argument("--login", required=True, help="ログインID")
    operator.add_argument("--name", required=True, help="氏名")
    operator.set_defaults(run=_create_operator)

    reset = commands.add_parser(
        "reset-operator", help="運営者のパスワードと第2要素を取り消し、新しいコードを表示します"
    )
    reset.add_argument("--login", required=True, help="ログインID")
    reset.set_defaults(run=_reset_operator)

    networks = commands.add_parser("clear-networks", help="事務所の接続元の制限を解除します")
    networks.add_argument("--office", required=True, help="事務所コード")
    networks.set_defaults(run=_clear_networks)

    recover = commands.add_parser("recover", help="鍵の控えから、個人番号を開ける権限を復旧します")
    recover.add_argument("--office", required=True, help="事務所コード")
    recover.add_argument("--login", required=True, help="権限を付ける職員のログインID")
    recover.add_argument("--sheet", required=True, type=int, help="鍵の控えの番号")
    recover.set_defaults(run=_recover)

    verify = commands.add_parser(
        "verify", help="廃棄証明書・受領書・書き出した記録・記録の控えを検証します（サーバー不要）"
    )
    verify.add_argument(
        "paper", metavar="書類", nargs="?", help="証明書か受領書のPDF、または記録を書き出したフォルダー"
    )
    verify.add_argument("--page", metavar="ファイル", help="ブラウザーで検証できるページ（HTML）を書き出します")
    verify.add_argument("--key", help="事務所から受け取った鍵の指紋（控えどうしを比べるときは検証鍵）")
    verify.add_argument(
        "--checkpoint", nargs="+", metavar="控え", help="フォルダーと比べる控え、または古い控えと新しい控え"
    )
    verify.add_argument("--proof", help="古い控えから新しい控えに続くことの証明")
    verify.add_argument("--file", help="受領書と比べるファイル。受け取られたものと同じかどうかを確かめます")
    verify.add_argument("--tsa-root", help="信頼する時刻認証局の証明書（PEM）。時刻の証明まで確かめるときに指定します")
    verify.set_defaults(run=_verify)

    _add_record_commands(commands)

    sweep = commands.add_parser("sweep", help="途中で止まった廃棄や期限切れの後始末をします")
    sweep.set_defaults(run=_sweep)

    fsck = commands.add_parser("fsck", help="ファイル・番号・鍵・記録が、互いに合っているか確かめます")
    fsck.set_defaults(run=_fsck)

    _add_backups(commands)

    demo = commands.add_parser("demo-data", help="試用のための架空のデータを作ります")
    demo.add_argument("--size", choices=["small", "medium", "large"], default="small")
    demo.add_argument("--if-empty", action="store_true", help="事務所が1つでもあれば何もしません")
    demo.set_defaults(run=_demo_data)
    return parser


def _add_backups(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    backup = commands.add_parser("backup", help="控えを取ります（サーバーが動いていても取れます）")
    backup.add_argument("folder", metavar="フォルダー", nargs="?", default="", help="既定は AZUKARI_BACKUPS")
    backup.set_defaults(run=_backup)

    backups = commands.add_parser("backups", help="控えの一覧を示し、一つずつ確かめます")
    backups.add_argument("folder", metavar="フォルダー", nargs="?", default="", help="既定は AZUKARI_BACKUPS")
    backups.set_defaults(run=_backups)

    restore = commands.add_parser("restore", help="控えから復元し、その後の廃棄をやり直します")
    restore.add_argument("folder", metavar="フォルダー", nargs="?", default="", help="既定は AZUKARI_BACKUPS")
    restore.add_argument("--at", default="", metavar="日時", help="azukari backups が示す名前。既定は一番新しいもの")
    restore.add_argument(
        "--disposals", action="append", default=[], metavar="一覧", help="ほかの機械の廃棄の一覧（何度でも）"
    )
    restore.set_defaults(run=_restore)


def _add_record_commands(commands: Any) -> None:
    record = commands.add_parser("check-record", help="すべての事務所の記録に改ざんや巻き戻りがないか検証します")
    record.add_argument("--since", help="手元に保管していた控え。その時からの続きかどうかも確かめます")
    record.set_defaults(run=_check_record)

    export = commands.add_parser("export-record", help="事務所の記録を、どこでも検証できる形で書き出します")
    export.add_argument("--office", required=True, help="事務所コード")
    export.add_argument("--without-names", action="store_true", help="氏名などの文字を書き出しません")
    export.add_argument("folder", metavar="フォルダー", help="書き出し先（新しいフォルダー）")
    export.set_defaults(run=_export_record)

    restart = commands.add_parser("restart-record", help="巻き戻った記録を閉じ、断絶を残して続きを始めます")
    restart.add_argument("--office", required=True, help="事務所コード")
    restart.add_argument("--reason", required=True, help="何が起きたか（記録に残ります）")
    restart.set_defaults(run=_restart_record)

    signer = commands.add_parser("signer", help="記録に署名する係を、別のプロセスとして起動します")
    signer.add_argument("--data", required=True, help="署名の鍵と状態を置くフォルダー")
    signer.add_argument("--socket", required=True, help="待ち受けるUnixソケット")
    signer.set_defaults(run=_signer)


def _django(*, unfinished: bool = False) -> None:
    """Start Django; on data of a restore that was not finished only for the restore itself."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "azukari.config.settings")
    django.setup()
    if not unfinished:
        from azukari.ops.backups import restore

        restore.check_finished()


def _setup(options: argparse.Namespace) -> int:
    from azukari.ops import setup

    setup.prepare_data_folder()
    _django()
    setup.migrate()
    return 0


def _serve(options: argparse.Namespace) -> int:
    from azukari.ops import serve

    return serve.serve(host=options.host, port=options.port, workers=options.workers)


def _create_office(options: argparse.Namespace) -> int:
    _django()
    from azukari.ops import offices

    return offices.create_office(options.code, options.name, options.login, options.manager)


def _create_operator(options: argparse.Namespace) -> int:
    _django()
    from azukari.ops import offices

    return offices.create_operator(options.login, options.name)


def _reset_operator(options: argparse.Namespace) -> int:
    _django()
    from azukari.ops import offices

    return offices.reset_operator(options.login)


def _clear_networks(options: argparse.Namespace) -> int:
    _django()
    from azukari.ops import offices

    return offices.clear_networks(options.office)


def _recover(options: argparse.Namespace) -> int:
    _django()
    from azukari.ops import offices

    return offices.recover(options.office, options.login, options.sheet)


def _verify(options: argparse.Namespace) -> int:
    from pathlib import Path

    from azukari.ops import exported, verify

    notes = options.checkpoint or []
    if (options.paper is not None) + (options.page is not None) + (options.proof is not None) != 1:
        sys.stderr.write(
            "検証する書類かフォルダー、--page、比べる控え（--checkpoint）のどれか1つを指定してください。\n"
        )
        return 2
    if options.page is not None:
        return verify.write_page(options.page)
    if options.paper is None:
        if len(notes) != 2 or not options.proof or not options.key:
            sys.stderr.write("控えどうしを比べるには、--checkpoint に2つ、--proof と --key を指定してください。\n")
            return 2
        return exported.compare_notes(notes[0], notes[1], options.proof, options.key)
    if Path(options.paper).is_dir():
        return exported.verify_folder(options.paper, options.key, notes[0] if notes else None, options.tsa_root)
    return verify.verify_file(options.paper, options.key, options.file, options.tsa_root)


def _check_record(options: argparse.Namespace) -> int:
    _django()
    from azukari.ops import records

    return records.check_records(options.since)


def _export_record(options: argparse.Namespace) -> int:
    _django()
    from azukari.ops import records

    return records.export_record(options.office, options.folder, with_names=not options.without_names)


def _restart_record(options: argparse.Namespace) -> int:
    _django()
    from azukari.ops import records

    return records.restart_record(options.office, options.reason)


def _signer(options: argparse.Namespace) -> int:
    from azukari.ops import serve

    return serve.serve_signer(options.data, options.socket)


def _sweep(options: argparse.Namespace) -> int:
    _django()
    from azukari.kernel.clock import utc_now
    from azukari.ops import sweeper

    for kind, count in sweeper.sweep(now=utc_now()).items():
        sys.stdout.write(f"{kind}: {count}\n")
    return 0


def _fsck(options: argparse.Namespace) -> int:
    _django()
    from azukari.ops import files

    return files.check_all()


def _backup(options: argparse.Namespace) -> int:
    _django()
    from azukari.ops.backups import command

    return command.back_up(options.folder)


def _backups(options: argparse.Namespace) -> int:
    _django()
    from azukari.ops.backups import command

    return command.list_backups(options.folder)


def _restore(options: argparse.Namespace) -> int:
    from azukari.ops import setup

    setup.prepare_restore()
    _django(unfinished=True)
    from azukari.ops.backups import command

    return command.bring_back(options.folder, options.at, options.disposals)


def _demo_data(options: argparse.Namespace) -> int:
    _django()
    from azukari.ops.demo import build

    return build.build(options.size, if_empty=options.if_empty)
