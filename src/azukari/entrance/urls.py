"""URL patterns every door includes. Every view declares its permission (access.shared)."""

from __future__ import annotations

from django.urls import path

from azukari.entrance.views import activate, login, own, verifier

patterns = [
    path("login/", login.log_in, name="login"),
    path("login/code/", login.code, name="login-code"),
    path("login/backup/", login.backup, name="login-backup"),
    path("login/passkey/", login.passkey, name="login-passkey"),
    path("login/cancel/", login.cancel, name="login-cancel"),
    path("login/forgotten/", login.forgotten, name="forgotten"),
    path("logout/", login.log_out, name="logout"),
    path("verify/", verifier.page, name="verifier"),
    path("activate/", activate.code, name="activate"),
    path("activate/password/", activate.password, name="activate-password"),
    path("enrol/", activate.enrol, name="enrol"),
    path("enrol/totp/", activate.enrol_totp, name="enrol-totp"),
    path("enrol/passkey/", activate.enrol_passkey, name="enrol-passkey"),
    path("enrol/codes/", activate.enrol_codes, name="enrol-codes"),
    path("account/", own.own, name="own"),
    path("account/password/", own.password, name="own-password"),
    path("account/totp/", own.totp, name="own-totp"),
    path("account/passkey/", own.passkey, name="own-passkey"),
    path("account/factors/<uuid:factor_id>/remove/", own.remove_factor, name="own-factor-remove"),
    path("account/codes/", own.codes, name="own-codes"),
    path("account/sessions/end/", own.end_session, name="own-session-end"),
    path("account/devices/<uuid:device_id>/forget/", own.forget_device, name="own-device-forget"),
]
