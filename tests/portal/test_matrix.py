"""URL × method × who, over the URLs this door shares with the others (its own are in test_portal.py)."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.urls import reverse

from azukari.entrance import urls as entrance
from azukari.portal.urls import urlpatterns

NOWHERE = UUID("01890000-0000-7000-8000-000000000000")
SHARED = {pattern.name: pattern for pattern in urlpatterns if pattern in entrance.patterns}
# GET and POST of somebody who is signed in at this door; POST without fields.
ROWS = {}


@pytest.mark.parametrize("name", SHARED)
def test_x(cast, nonaka, tanabe, name) -> None:
    p = SHARED[name]
    url = reverse(f"portal:{name}", kwargs=dict.fromkeys(p.pattern.converters, NOWHERE))
    out = []
    for m in ("get", "post"):
        r = getattr(nonaka, m)(url, secure=True)
        out.append(f"{r.status_code} {r.get('Location', '')}")
    print("ROW", name, p.callback.permission, out)
    assert 0
