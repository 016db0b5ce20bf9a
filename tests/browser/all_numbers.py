"""Prints every number of the demo office みなと, opened with a key holder's password: for the canary scan alone."""

from __future__ import annotations

import sys

import django

django.setup()

from azukari.seal.vaultkey import derive_vault_key  # noqa: E402
from azukari.store.scope import office_scope  # noqa: E402
from azukari.tenancy import queries as tenancy  # noqa: E402
from azukari.tenancy.actions import keys, unlocks  # noqa: E402
from azukari.tenancy.models import ClientCompany  # noqa: E402
from azukari.vault import queries as vault  # noqa: E402
from azukari.vault.actions import openings  # noqa: E402
from tests.browser.conftest import PASSWORD  # noqa: E402


def main() -> None:
    office_id = tenancy.find_office("minato")
    assert office_id is not None
    with office_scope(office_id):
        staff_id = tenancy.find_staff("saeki")
        assert staff_id is not None
        key = derive_vault_key(unlocks.open_office_secret(staff_id, PASSWORD), keys.server_half(), office_id)
        for client_id in ClientCompany.objects.values_list("id", flat=True):
            known = {facts.id: facts for facts in vault.numbers_of_people_of_client(client_id)}
            for opened in openings.open_numbers(key, known).values():
                sys.stdout.write(opened.digits() + "\n")


if __name__ == "__main__":
    main()
