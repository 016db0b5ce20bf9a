"""The `azukari` command: one subcommand per job of the one who runs the service.

`verify` works without data folder, database or server; the others start Django first.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

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

    verify = commands.add_parser("verify", help="廃棄証明書・受領書を検証します（サーバー不要）")
    what = verify.add_mutually_exclusive_group(required=True)
    what.add_argument("paper", metavar="書類", nargs="?", help="廃棄証明書または受領書のPDF")
    what.add_argument("--page", metavar="ファイル", help="ブラウザーで検証できるページ（HTML）を書き出します")
    verify.add_argument("--key", help="事務所から受け取った鍵の指紋。発行元まで確かめるときに指定します")
    verify.add_argument("--file", help="受領書と比べるファイル。受け取られたものと同じかどうかを確かめます")
    verify.add_argument("--tsa-root", help="信頼する時刻認証局の証明書（PEM）。時刻の証明まで確かめるときに指定します")
    verify.set_defaults(run=_verify)

    record = commands.add_parser("check-record", help="すべての事務所の記録に改ざんがないか検証します")
    record.set_defaults(run=_check_record)

    sweep = commands.add_parser("sweep", help="途中で止まった廃棄や期限切れの後始末をします")
    sweep.set_defaults(run=_sweep)

    fsck = commands.add_parser("fsck", help="預かったファイルの保存データが、記録と合っているか確かめます")
    fsck.set_defaults(run=_fsck)

    demo = commands.add_parser("demo-data", help="試用のための架空のデータを作ります")
    demo.add_argument("--size", choices=["small", "medium", "large"], default="small")
    demo.add_argument("--if-empty", action="store_true", help="事務所が1つでもあれば何もしません")
    demo.set_defaults(run=_demo_data)
    return parser


def _django() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "azukari.config.settings")
    django.setup()


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
    from azukari.ops import verify

    if options.page is not None:
        return verify.write_page(options.page)
    return verify.verify_file(options.paper, options.key, options.file, options.tsa_root)


def _check_record(options: argparse.Namespace) -> int:
    _django()
    from azukari.ops import offices

    return offices.check_records()


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


def _demo_data(options: argparse.Namespace) -> int:
    _django()
    from azukari.ops.demo import build

    return build.build(options.size, if_empty=options.if_empty)
