"""Second factors: an app for codes, passkeys, backup codes, and the devices known by a cookie.

Each code is good once, by compare-and-set in the database: of fifty parallel tries with the same code one wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from azukari.journal.rules import Result
from azukari.kernel.ids import new_id
from azukari.seal import access_codes, one_time, passkeys
from azukari.seal.access_codes import BackupCodes
from azukari.seal.errors import SealError
from azukari.seal.secretbytes import Secret
from azukari.store.scope import office_or_none
from azukari.tenancy import errors, queries
from azukari.tenancy.actions import holders, keys, members, sessions, tries
from azukari.tenancy.actions.holders import Trace
from azukari.tenancy.models import Account, BrowserSession, Operator, OperatorPasskey, Passkey
from azukari.tenancy.queries import Holder
from azukari.tenancy.rules.events import Events
from azukari.tenancy.rules.login import FACTOR_LIMITS

MOST_FACTORS = 10


@dataclass(frozen=True, slots=True)
class TotpDraft:
    """A secret on its way into an app: sealed for the session, and what the person scans or types."""

    sealed: str
    uri: str
    groups: tuple[str, ...]

    def __repr__(self) -> str:
        return "TotpDraft(…)"


def begin_totp(holder: Holder) -> TotpDraft:
    """Make a secret for an app. Nothing is stored until a code of it has come back."""
    secret = one_time.new_totp_secret()
    sealed = keys.root_keys().wrap(secret.reveal(), holders.context("totp-draft", holder, holder.pk))
    return show_totp(holder, sealed.hex())


def show_totp(holder: Holder, sealed: str) -> TotpDraft:
    """Show a secret on its way again, after a mistyped code. Raises: OpeningError on a foreign one."""
    secret = _draft_secret(holder, sealed)
    uri = one_time.totp_uri(secret, account=holder.username, issuer="あずかり")
    return TotpDraft(sealed, uri, tuple(one_time.totp_groups(secret)))


def _draft_secret(holder: Holder, sealed: str) -> Secret:
    return Secret(keys.root_keys().unwrap(bytes.fromhex(sealed), holders.context("totp-draft", holder, holder.pk)))


def check_draft(holder: Holder, sealed: str, typed: str, *, now: datetime) -> None:
    """Check a code of a secret on its way, before anything else is asked. Raises: FactorRefusedError."""
    if one_time.find_counter(_draft_secret(holder, sealed), typed, now) is None:
        raise errors.FactorRefusedError


def add_totp(holder: Holder, *, sealed: str, typed: str, label: str, trace: Trace, now: datetime) -> None:
    """Add an app once it has shown a right code. Raises: FactorRefusedError."""
    secret = _draft_secret(holder, sealed)
    counter = one_time.find_counter(secret, typed, now)
    if counter is None:
        raise errors.FactorRefusedError
    device_id = new_id()
    with transaction.atomic():
        _record_added(holder, "確認コードのアプリ", trace=trace, now=now)
        holder.totp_devices.create(
            id=device_id,
            label=label or "確認コードのアプリ",
            sealed_secret=keys.root_keys().wrap(secret.reveal(), holders.context("totp", holder, device_id)),
            last_counter=counter,
            created_at=now,
        )


def _record_added(holder: Holder, what: str, *, trace: Trace, now: datetime) -> None:
    first = not queries.has_factor(holder)
    holders.record(holder, Events.FACTOR_ADDED, trace=trace, now=now, detail=what, screen="ログインと端末")
    if not first:
        holders.tell(holder, f"第2要素の追加（{what}）", now=now)


def prove_totp(holder: Holder, typed: str, *, trace: Trace, now: datetime) -> None:
    """Check a code of any of the account's apps, once. Raises: FactorRefusedError, TooManyAttemptsError."""
    tries.take((FACTOR_LIMITS, holder.username), now=now)
    for device in holder.totp_devices.all():
        secret = Secret(
            keys.root_keys().unwrap(bytes(device.sealed_secret), holders.context("totp", holder, device.id))
        )
        counter = one_time.find_counter(secret, typed, now)
        # The compare-and-set: only a counter greater than the last one, so a code is good once.
        if counter is not None and holder.totp_devices.filter(id=device.id, last_counter__lt=counter).update(
            last_counter=counter, last_used_at=now
        ):
            tries.give_back(FACTOR_LIMITS, holder.username)
            return
    _record_failure(holder, "確認コード", trace=trace, now=now)
    raise errors.FactorRefusedError


def trial_code(holder: Holder, *, now: datetime) -> str:
    """Give the next code an app of this account would show. For trial mode, which knows invented people only."""
    device = holder.totp_devices.first()
    if device is None:
        return ""
    secret = Secret(keys.root_keys().unwrap(bytes(device.sealed_secret), holders.context("totp", holder, device.id)))
    return one_time.code_of(secret, max(one_time.counter_at(now), device.last_counter + 1))


def prove_backup_code(holder: Holder, typed: str, *, trace: Trace, now: datetime) -> int:
    """Use a backup code up. Gives how many are left. Raises: BackupCodeRefusedError, TooManyAttemptsError."""
    tries.take((FACTOR_LIMITS, holder.username), now=now)
    salt = holder.backup_codes.values_list("salt", flat=True).first()
    digest = access_codes.backup_digest(typed, bytes(salt or bytes(16)), members.PASSWORD_COST)
    with transaction.atomic():
        holders.record(holder, Events.BACKUP_CODE_USED, trace=trace, now=now)
        used = holder.backup_codes.filter(digest=digest, used_at__isnull=True).update(used_at=now)
        if used:
            holders.tell(holder, "予備コードでのログイン", now=now)
        else:
            transaction.set_rollback(True)
    if not used:
        _record_failure(holder, "予備コード", trace=trace, now=now)
        raise errors.BackupCodeRefusedError
    tries.give_back(FACTOR_LIMITS, holder.username)
    return queries.count_backup_codes(holder)


def _record_failure(holder: Holder, what: str, *, trace: Trace, now: datetime) -> None:
    with transaction.atomic():
        holders.record(holder, Events.FACTOR_FAILED, trace=trace, now=now, result=Result.FAILURE, detail=what)


def make_backup_codes(holder: Holder, *, trace: Trace, now: datetime) -> BackupCodes:
    """Make ten new backup codes; the old ones stop. They are shown once."""
    codes = access_codes.new_backup_codes()
    salt, digests = codes.stored(members.PASSWORD_COST)
    with transaction.atomic():
        holders.record(holder, Events.BACKUP_CODES_MADE, trace=trace, now=now, screen="ログインと端末")
        had = holder.backup_codes.all().delete()[0]
        for digest in digests:
            holder.backup_codes.create(salt=salt, digest=digest, created_at=now)
        if had:
            holders.tell(holder, "予備コードの作り直し", now=now)
    return codes


def begin_passkey(holder: Holder, party: passkeys.RelyingParty) -> passkeys.Ceremony:
    """Ask the browser for a new passkey. The user handle names office and account, and nobody."""
    office = office_or_none()
    handle = (office.bytes if office and isinstance(holder, Account) else bytes(16)) + holder.pk.bytes
    return passkeys.begin_registration(
        party,
        user_handle=handle,
        user_name=holder.username,
        display_name=holders.name_of(holder),
        existing=queries.list_credential_ids(holder),
    )


def add_passkey(
    holder: Holder,
    party: passkeys.RelyingParty,
    *,
    state: Mapping[str, Any],
    response: Mapping[str, Any],
    label: str,
    trace: Trace,
    now: datetime,
) -> None:
    """Add a passkey the browser has made. Raises: PasskeyRefusedError, PasskeyNotAcceptedError when it is known."""
    made = passkeys.finish_registration(party, state, response)
    table = Passkey if isinstance(holder, Account) else OperatorPasskey
    with transaction.atomic():
        _record_added(holder, "パスキー", trace=trace, now=now)
        if table.objects.filter(credential_id=made.credential_id).exists():
            raise errors.PasskeyNotAcceptedError
        holder.passkeys.create(
            label=label or "パスキー",
            credential_id=made.credential_id,
            public_key=made.public_key,
            sign_count=made.sign_count,
            transports=list(made.transports),
            created_at=now,
        )


def prove_passkey(
    holder: Holder,
    party: passkeys.RelyingParty,
    *,
    state: Mapping[str, Any],
    response: Mapping[str, Any],
    trace: Trace,
    now: datetime,
) -> None:
    """Check the browser's answer against one of the account's passkeys.

    Raises: PasskeyNotAcceptedError, TooManyAttemptsError.
    """
    tries.take((FACTOR_LIMITS, holder.username), now=now)
    try:
        credential_id, _ = passkeys.named_by(response)
        row = holder.passkeys.filter(credential_id=credential_id).first()
        if row is None:
            raise errors.PasskeyNotAcceptedError
        stored = passkeys.StoredPasskey(bytes(row.credential_id), bytes(row.public_key), row.sign_count)
        count = passkeys.finish_login(party, state, response, stored)
        # A counter that another request has moved meanwhile is a copy at work.
        fresh = Q(sign_count=row.sign_count)
        if not holder.passkeys.filter(fresh, id=row.id).update(sign_count=count, last_used_at=now):
            raise errors.PasskeyNotAcceptedError
    except (SealError, errors.PasskeyNotAcceptedError) as error:
        _record_failure(holder, "パスキー", trace=trace, now=now)
        raise errors.PasskeyNotAcceptedError from error
    tries.give_back(FACTOR_LIMITS, holder.username)


def confirm_by_passkey(
    holder: Holder,
    party: passkeys.RelyingParty,
    *,
    state: Mapping[str, Any],
    response: Mapping[str, Any],
    what: str,
    trace: Trace,
    now: datetime,
) -> None:
    """Ask a signed-in person's passkey again before an act of weight, and record it.

    Raises: PasskeyNotAcceptedError, TooManyAttemptsError.
    """
    prove_passkey(holder, party, state=state, response=response, trace=trace, now=now)
    with transaction.atomic():
        holders.record(holder, Events.CONFIRMED, trace=trace, now=now, detail=what, screen="本人の確認")


def find_owner(handle: bytes | None) -> tuple[UUID, UUID] | None:
    """Read office and account out of a passkey's user handle. An operator's office is all zero."""
    if handle is None or len(handle) != 32:
        return None
    return UUID(bytes=handle[:16]), UUID(bytes=handle[16:])


def remove_factor(holder: Holder, factor_id: UUID, *, trace: Trace, now: datetime) -> None:
    """Remove an app or a passkey. Raises: FactorNotFoundError, LastFactorError."""
    with transaction.atomic():
        rows = {row.id: row for row in queries.list_factors(holder)}
        if factor_id not in rows:
            raise errors.FactorNotFoundError
        if len(rows) == 1 and holders.needs_factor(holder):
            raise errors.LastFactorError
        row = rows[factor_id]
        holders.record(holder, Events.FACTOR_REMOVED, trace=trace, now=now, detail=row.label, screen="ログインと端末")
        table = holder.totp_devices if row.kind == "totp" else holder.passkeys
        table.filter(id=factor_id).delete()
        if len(rows) == 1:
            holder.backup_codes.all().delete()
        sessions.end_sessions(holder.pk, but=trace.session)
        holders.tell(holder, f"第2要素の削除（{row.label}）", now=now)


def clear_factors(account: Account | Operator) -> None:
    """Remove every second factor and device of an account, inside the caller's transaction."""
    for rows in (account.totp_devices, account.passkeys, account.backup_codes, account.devices):
        rows.all().delete()


def is_known_device(holder: Holder, token: str) -> bool:
    """Tell whether a browser has logged in to this account before."""
    return bool(token) and holder.devices.filter(token_digest=sessions.digest_of(token)).exists()


def remember_device(holder: Holder, token: str, *, trace: Trace, now: datetime) -> bool:
    """Remember a browser after a complete login, inside the caller's transaction. Gives True when it is new."""
    digest = sessions.digest_of(token)
    if holder.devices.filter(token_digest=digest).update(last_seen_at=now, address=trace.address, label=trace.device):
        return False
    holders.record(holder, Events.DEVICE_ADDED, trace=trace, now=now, detail=trace.device)
    holder.devices.create(
        token_digest=digest, label=trace.device, address=trace.address, first_seen_at=now, last_seen_at=now
    )
    return True


def forget_device(holder: Holder, device_id: UUID, *, trace: Trace, now: datetime) -> None:
    """Forget a device; the next login from it is told of by mail again. Raises: FactorNotFoundError."""
    with transaction.atomic():
        row = holder.devices.filter(id=device_id).first()
        if row is None:
            raise errors.FactorNotFoundError
        holders.record(holder, Events.DEVICE_FORGOTTEN, trace=trace, now=now, detail=row.label, screen="ログインと端末")
        row.delete()


def end_session(holder: Holder, public_id: str, *, trace: Trace, now: datetime) -> None:
    """End one login, or with an empty id all but this one. Raises: FactorNotFoundError when there is none."""
    with transaction.atomic():
        holders.record(holder, Events.SESSION_ENDED, trace=trace, now=now, screen="ログインと端末")
        if public_id:
            rows = BrowserSession.objects.filter(account_id=holder.pk, public_id=public_id)
            if not rows.delete()[0]:
                raise errors.FactorNotFoundError
        else:
            sessions.end_sessions(holder.pk, but=trace.session)
