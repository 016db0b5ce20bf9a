"""Every error is a page with 事象・原因・対処, and says nothing it should not."""

from __future__ import annotations

import logging

import pytest
from django.test import RequestFactory

from azukari.kernel.errors import AzukariError, ConflictError, InvalidError, NotAllowedError, NotFoundError
from azukari.ui import error_pages


class SampleError(NotAllowedError):
    code = "sample.refused"
    happened = "番号を表示できませんでした。"
    cause = "{name}さんには権限がありません。"
    remedy = "責任者に連絡してください。"


def get(**headers: str) -> object:
    return RequestFactory().get("/people/1/", headers=headers)


@pytest.mark.parametrize(
    ("kind", "status"),
    [(NotFoundError, 404), (NotAllowedError, 403), (ConflictError, 409), (InvalidError, 422), (AzukariError, 422)],
)
def test_the_kind_of_an_error_chooses_the_status(kind: type[AzukariError], status: int) -> None:
    assert error_pages.render_error(get(), kind()).status_code == status  # type: ignore[arg-type]


def test_a_refusal_says_what_why_and_what_next() -> None:
    response = error_pages.render_error(get(), SampleError(name="三宅 隆"))  # type: ignore[arg-type]
    html = response.content.decode()
    for sentence in ("番号を表示できませんでした。", "三宅 隆さんには権限がありません。", "責任者に連絡してください。"):
        assert sentence in html
    assert "sample.refused" not in html
    assert response.headers["Cache-Control"] == "no-store"


def test_what_is_not_yours_looks_like_what_is_not_there() -> None:
    theirs = error_pages.render_error(get(), NotFoundError())  # type: ignore[arg-type]
    nothing = error_pages.not_found(get())  # type: ignore[arg-type]
    assert theirs.content == nothing.content


def test_a_dialog_gets_the_error_as_a_part() -> None:
    html = error_pages.render_error(get(**{"X-Partial": "1"}), SampleError(name="三宅 隆")).content.decode()  # type: ignore[arg-type]
    assert html.startswith("<div data-dialog-content>")
    assert "<html" not in html


def test_an_unforeseen_error_shows_a_number_that_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        response = error_pages.server_error(get(), incident_number=lambda: "7K2M-9PQR")  # type: ignore[arg-type]
    assert response.status_code == 500
    assert "7K2M-9PQR" in response.content.decode()
    assert "7K2M-9PQR" in caplog.text
    assert "/people/1/" not in response.content.decode()


def test_an_incident_number_can_be_read_out() -> None:
    number = error_pages.new_incident_number()
    assert len(number) == 9
    assert not set(number) & set("01ILO")
