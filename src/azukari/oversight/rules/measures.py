"""安全管理措置 as the system can truthfully state them: each sentence follows from how it is built or from a setting. Pure.

What people do outside the system (rooms, training, pledges) is not said here. Law: ガイドライン別添1 2C〜2F, 4 2(1) (委託先の監督).
"""

from __future__ import annotations

from azukari.tenancy.rules.settings import FactorFor, OfficeSettings, needs_two_persons

type Measure = tuple[str, str]


def measures_of(settings: OfficeSettings, *, handlers: int) -> tuple[Measure, ...]:
    """List measures as (heading, sentence), in the order of the guideline."""
    two = needs_two_persons(settings.two_person_disposal, handlers)
    disposal = (
        "個人番号の廃棄は、申請した人とは別の責任者が承認して行います。"
        if two
        else "個人番号の廃棄は、申請から24時間をおいて行います。"
    )
    factor = {
        FactorFor.ALL: "事務所の全員",
        FactorFor.HANDLERS: "個人番号を取り扱う人と責任者",
        FactorFor.NOBODY: "個人番号を取り扱う人と責任者",
    }[settings.staff_factor]
    networks = (
        f"事務所の画面に接続できる場所を、{len(settings.allowed_networks)}か所に限っています。"
        if settings.allowed_networks
        else "接続できる場所の制限は設定していません。"
    )
    return (
        (
            "取扱状況の記録",
            "個人番号の登録・表示・出力・廃棄は、行う前か同時に記録します。記録は追記だけで、書き換えや削除をすると検証で分かります。",
        ),
        (
            "取扱担当者の限定",
            "個人番号を開けるのは、責任者が権限を付けた人だけです。権限の付与と取り消しも記録に残ります。",
        ),
        (
            "利用の都度の認証",
            f"個人番号を使うときは、パスワードと利用内容を入力します（従業員利用認証）。使わないまま{settings.unlock_minutes}分たつと終わり、表示した番号は{settings.reveal_seconds}秒で隠れます。",
        ),
        (
            "暗号化",
            "個人番号は1件ごとに別の鍵で暗号化しています（AES-256-GCM）。鍵は、サーバーが持つ半分と、事務所の職員だけが持つ半分の両方がそろわないと使えません。",
        ),
        (
            "ログイン",
            f"{factor}に、パスワードと別の確認（第2要素）を求めます。パスワードは{settings.password_length}文字以上で、{settings.session_minutes}分使わないとログアウトします。{networks}",
        ),
        (
            "削除・廃棄",
            f"{disposal}1件ごとの鍵を消すため、廃棄した番号は元に戻せません。廃棄すると、署名付きの廃棄証明書を発行します。",
        ),
    )
