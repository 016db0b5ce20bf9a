"""The verifying page is handed to whoever asks for it, as a file of their own (ADR 0029)."""

from __future__ import annotations

import pytest
from django.test import Client

from azukari.press import verifier


@pytest.mark.parametrize("prefix", ["/", "/p/", "/operator/"])
def test_the_page_is_a_download_and_never_a_page_of_the_site(db: None, prefix: str) -> None:
    response = Client().get(f"{prefix}verify/", secure=True)
    assert response.content == verifier.page()
    assert response["Content-Disposition"] == 'attachment; filename="azukari-verify.html"'
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert response["X-Content-Type-Options"] == "nosniff"
    # Should a browser show it after all, none of its scripts runs here.
    assert "'unsafe-inline'" not in response["Content-Security-Policy"]
    assert "script-src 'self'" in response["Content-Security-Policy"]
