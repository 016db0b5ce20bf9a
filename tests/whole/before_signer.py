"""Puts a site into the state of an installation from before the signer: keys under the root key, no signer files."""

import django

django.setup()

from django.conf import settings  # noqa: E402

from azukari.seal.root import LocalRootKeys  # noqa: E402
from azukari.store.scope import office_scope  # noqa: E402
from azukari.tenancy import queries as tenancy  # noqa: E402
from azukari.tenancy.actions import keys  # noqa: E402
from azukari.tenancy.models import OfficeKeys  # noqa: E402

signer = LocalRootKeys.parse(settings.AZUKARI_SIGNER_KEY_FILE.read_text())
for office_id, _, _ in tenancy.list_offices():
    with office_scope(office_id):
        context = keys._context("log-signer", office_id)
        private = signer.unwrap(keys.sealed_log_key(), context)
        OfficeKeys.objects.update(log_signer=keys.root_keys().wrap(private, context))
for file in (settings.AZUKARI_SIGNER_KEY_FILE, settings.AZUKARI_SIGNER_STATE):
    file.unlink()
