"""Appends and signs again and again, as one of several processes that do so at once; prints the notes it was given."""

import json
import sys

import django

django.setup()

from azukari.kernel.clock import utc_now  # noqa: E402
from azukari.store.scope import office_scope  # noqa: E402
from azukari.tenancy import queries as tenancy  # noqa: E402
from azukari.tenancy.actions import keys, offices  # noqa: E402
from azukari.tenancy.actions.holders import NOWHERE  # noqa: E402

notes = []
((office_id, _, _),) = tenancy.list_offices()
with office_scope(office_id):
    for _ in range(int(sys.argv[1])):
        offices.clear_networks(trace=NOWHERE, now=utc_now())
        notes.append(keys.sign_record(now=utc_now()).note)
sys.stdout.write(json.dumps(notes))
