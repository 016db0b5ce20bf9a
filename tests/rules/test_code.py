"""Tests about the code: what makes the conventions of the house true (style.md 10)."""

from __future__ import annotations

import importlib
import pkgutil
import re
import string
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.db.migrations.loader import MigrationLoader

import azukari
from azukari.entrance.access import PENDING, PUBLIC
from azukari.entrance.doors import OFFICE, OPERATOR, PERSONAL, PORTAL
from azukari.journal.rules import Event
from azukari.kernel.errors import AzukariError
from azukari.office import urls as office_urls
from azukari.operator import urls as operator_urls
from azukari.personal import urls as personal_urls
from azukari.portal import urls as portal_urls
from azukari.store.constraints import OfficeForeignKey, tenant_models
from azukari.store.models import OfficeModel
from azukari.store.rls import OfficeWall
from azukari.store.scope import OutsideScopeError
from azukari.tenancy import policy

ROOT = Path(__file__).parent.parent.parent
SOURCE = ROOT / "src" / "azukari"

# Kinds, not errors: they say nothing themselves.
KINDS = {"NotFoundError", "NotAllowedError", "ConflictError", "InvalidError", "UnavailableError"}
# Models without an office, and why.
WITHOUT_OFFICE = {
    "tenancy.Office": "is the tenant itself",
    "tenancy.BrowserSession": "is read before the office is known; its key is a hash",
    "tenancy.BackupRun": "is taken of all offices at once",
    "tenancy.TryCount": "is asked before anybody is known; holds hashes only",
    "tenancy.OutboxMail": "is sent by the sweeper for all offices; sealed by the root key",
    "tenancy.Operator": "belongs to no office",
    "tenancy.OperatorEvent": "belongs to no office",
    "tenancy.OperatorActivation": "belongs to an operator",
    "tenancy.OperatorTotp": "belongs to an operator",
    "tenancy.OperatorPasskey": "belongs to an operator",
    "tenancy.OperatorBackupCode": "belongs to an operator",
    "tenancy.OperatorDevice": "belongs to an operator",
    "auth.Permission": "Django's own, unused: rights are a table in policy.py",
    "auth.Group": "Django's own, unused",
    "contenttypes.ContentType": "Django's own, names of models",
}
# No template: a file given out as it stands, with a script of its own under a policy of its own.
GIVEN_OUT = SOURCE / "press" / "verifier" / "verify.html"
# The one file that shows digits to a person.
MAY_OPEN_DIGITS = {"office/views/numbers.py"}


def modules() -> list[str]:
    found = [
        info.name
        for info in pkgutil.walk_packages(azukari.__path__, "azukari.")
        if not info.name.endswith("__main__") and ".config.wsgi" not in info.name
    ]
    for name in found:
        importlib.import_module(name)
    return found


def errors() -> list[type[AzukariError]]:
    modules()
    found: list[type[AzukariError]] = []
    waiting = [AzukariError]
    while waiting:
        for sub in waiting.pop().__subclasses__():
            waiting.append(sub)
            if sub.__module__.startswith("azukari.") and sub.__name__ not in KINDS and sub not in found:
                found.append(sub)
    return sorted(found, key=lambda error: (error.__module__, error.__name__))


def events() -> dict[str, Event]:
    """Every Event constant, on modules and on classes of modules, by where it stands."""
    found: dict[str, Event] = {}
    for name in modules():
        module = sys.modules[name]
        for owner in [module, *(value for value in vars(module).values() if isinstance(value, type))]:
            if getattr(owner, "__module__", name) != name:
                continue
            for attribute, value in vars(owner).items():
                if isinstance(value, Event):
                    found[f"{name}.{getattr(owner, '__name__', '')}.{attribute}"] = value
    return found


ERRORS = errors()
TENANTS = tenant_models()


DOORS = {OFFICE: office_urls, PORTAL: portal_urls, OPERATOR: operator_urls, PERSONAL: personal_urls}


@pytest.mark.parametrize(
    ("door", "pattern"),
    [(door, pattern) for door, urls in DOORS.items() for pattern in urls.urlpatterns],
    ids=lambda value: getattr(value, "name", ""),
)
def test_every_view_declares_permission_and_methods(door, pattern) -> None:
    assert pattern.callback.permission in door.permissions | {PUBLIC, PENDING}
    assert pattern.callback.methods


def test_there_are_four_doors_and_the_office_stands_last() -> None:
    from azukari.config.urls import urlpatterns as top

    assert [entry.urlconf_name for entry in top] == [portal_urls, operator_urls, personal_urls, office_urls]


def test_every_permission_is_given_to_a_role_and_known() -> None:
    given = frozenset().union(*policy.ROLE_PERMISSIONS.values())
    assert given == policy.OFFICE_PERMISSIONS | policy.PORTAL_PERMISSIONS


def test_models_without_an_office_are_listed_with_a_reason() -> None:
    without = {model._meta.label for model in apps.get_models() if not issubclass(model, OfficeModel)}
    assert without == set(WITHOUT_OFFICE)


@pytest.mark.parametrize("model", TENANTS, ids=lambda model: model._meta.label)
def test_every_tenant_table_has_an_office_and_a_wall(model) -> None:
    assert not model._meta.get_field("office_id").null
    migrations = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    walls = {
        operation.model_name.lower()
        for (label, _), migration in migrations.items()
        if label == model._meta.app_label
        for operation in migration.operations
        if isinstance(operation, OfficeWall)
    }
    assert model._meta.model_name in walls


@pytest.mark.parametrize("model", TENANTS, ids=lambda model: model._meta.label)
def test_every_foreign_key_between_tenant_tables_includes_the_office(model) -> None:
    columns = {c.column for c in model._meta.constraints if isinstance(c, OfficeForeignKey)}
    for field in model._meta.concrete_fields:
        if field.is_relation and issubclass(field.related_model, OfficeModel):
            assert field.column in columns, field.name


@pytest.mark.parametrize("model", TENANTS, ids=lambda model: model._meta.label)
def test_a_query_outside_the_scope_raises(model) -> None:
    for ask in (
        model.objects.all,
        model.objects.count,
        model.objects.none,
        model.objects.first,
        model._base_manager.all,
        model._default_manager.update,
    ):
        with pytest.raises(OutsideScopeError):
            ask()


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_every_error_says_what_happened_why_and_what_to_do(error: type[AzukariError]) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z_0-9]+", error.code), error.code
    for sentence in (error.happened, error.cause, error.remedy):
        assert sentence
        assert re.search(r"(。|\{\w+\})$", sentence), sentence  # {why} brings a sentence of its own
        assert "することができ" not in sentence
        assert "不正な値" not in sentence
        assert "！" not in sentence
        for _, name, _, _ in string.Formatter().parse(sentence):
            assert name not in {"number_typed", "digits", "my_number"}


def test_no_two_errors_share_a_code() -> None:
    codes = [error.code for error in ERRORS]
    assert sorted(codes) == sorted(set(codes))
    for error in ERRORS:
        assert "code" in vars(error), f"{error.__name__} inherits its code"


def test_every_event_is_past_tense_dotted_and_unique() -> None:
    found = events()
    assert len(found) > 25
    codes: dict[str, str] = {}
    for where, event in found.items():
        assert re.fullmatch(r"[a-z]+\.[a-z_]+\.[a-z_]+", event.code), where
        verb = event.code.rsplit(".", 1)[1]
        words = verb.split("_")
        assert any(word.endswith("ed") or word in {"given", "begun", "made", "sent"} for word in words), event.code
        assert event.label, where
        assert codes.setdefault(event.code, where) == where, f"{where} repeats {event.code}"
        assert event.code.split(".")[0] == where.split(".")[1], f"{where}: the code begins with the room"


def test_import_contracts_hold() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


def test_digits_are_taken_out_in_one_place() -> None:
    callers = set()
    for file in SOURCE.rglob("*.py"):
        text = file.read_text("utf-8")
        if re.search(r"\w\.digits\(\)", text):
            callers.add(str(file.relative_to(SOURCE)))
    assert callers == MAY_OPEN_DIGITS


def test_nothing_prints_and_no_log_line_is_an_f_string() -> None:
    for file in SOURCE.rglob("*.py"):
        text = file.read_text("utf-8")
        where = file.relative_to(SOURCE)
        assert not re.search(r"(?m)^\s*print\(", text), where
        assert not re.search(r"\b_?log(ger)?\.(debug|info|warning|error|exception|critical)\(f[\"']", text), where


def test_templates_never_mark_safe_and_carry_no_script_or_style() -> None:
    for file in set(SOURCE.rglob("*.html")) - {GIVEN_OUT}:
        text = file.read_text("utf-8")
        where = file.relative_to(SOURCE)
        assert "|safe" not in text, where
        assert "autoescape off" not in text, where
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), where
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", text), where
        for form in re.findall(r"(?s)<form\b[^>]*method=\"post\"[^>]*>.{0,40}", text):
            assert "{% csrf_token %}" in form, where
