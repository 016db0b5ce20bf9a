"""What holds for every template and static file: it loads, obeys the policy of the pages, and fits the budget."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.template.loader import get_template

SOURCE = Path(__file__).resolve().parents[2] / "src/azukari"
STATIC = SOURCE / "ui/static/ui"
TEMPLATES = sorted(SOURCE.glob("*/templates/**/*.html"))
NAMES = [str(path).split("/templates/", 1)[1] for path in TEMPLATES]
COMMENT = re.compile(r"{% comment %}.*?{% endcomment %}", re.DOTALL)


@pytest.fixture(scope="module")
def sources() -> dict[str, str]:
    """Every template by name, without its comments."""
    return {name: COMMENT.sub("", path.read_text("utf-8")) for name, path in zip(NAMES, TEMPLATES, strict=True)}


@pytest.mark.parametrize("name", NAMES)
def test_a_template_loads_and_says_what_it_expects(name: str) -> None:
    get_template(name)
    head = next(path for path in TEMPLATES if str(path).endswith(f"/templates/{name}")).read_text("utf-8")[:400]
    assert "{% comment %}" in head


@pytest.mark.parametrize(
    "forbidden", [r"\sstyle=", r"\son[a-z]+=", r"<script(?! src=)", r"<style", r"https?://", r"\|safe\b"]
)
def test_no_template_has_what_the_policy_forbids(sources: dict[str, str], forbidden: str) -> None:
    assert [name for name, text in sources.items() if re.search(forbidden, text)] == []


def test_every_icon_is_in_the_sprite(sources: dict[str, str]) -> None:
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text("utf-8")))
    used = {icon for text in sources.values() for icon in re.findall(r'{% icon "([^"]+)" %}', text)}
    assert used - drawn == set()


def test_every_static_file_named_exists(sources: dict[str, str]) -> None:
    named = {file for text in sources.values() for file in re.findall(r"{% static '([^']+)' %}", text)}
    assert [
        file for file in sorted(named) if not any((folder / file).is_file() for folder in SOURCE.glob("*/static"))
    ] == []


def test_a_form_that_changes_something_carries_the_token(sources: dict[str, str]) -> None:
    for name, text in sources.items():
        for form in re.findall(r'<form[^>]*method="post".*?</form>', text, re.DOTALL):
            assert "{% csrf_token %}" in form, name


@pytest.mark.parametrize(("pattern", "budget"), [("css/*.css", 12 * 1024), ("**/*.js", 30 * 1024)], ids=["css", "js"])
def test_the_files_of_a_page_fit_the_budget(pattern: str, budget: int) -> None:
    assert sum(len(gzip.compress(path.read_bytes(), 9)) for path in STATIC.glob(pattern)) <= budget


def test_no_sentence_stands_in_a_script() -> None:
    japanese = re.compile(r"[ぁ-んァ-ヶ一-龠]")
    for path in SOURCE.glob("*/static/**/*.js"):
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text("utf-8"), flags=re.DOTALL)
        assert not japanese.search(code), path.name


def test_a_shown_number_is_not_printed() -> None:
    printed = (STATIC / "css/print.css").read_text("utf-8")
    assert re.search(r"\.digits\.open > span\s*{\s*display: none", printed)


# ---- contrast (WCAG 1.4.3 and 1.4.11): the pairs of ux.md 4.1

PAIRS = [
    ("ink", "surface", 4.5),
    ("ink", "app", 4.5),
    ("ink-2", "app", 4.5),
    ("ink-2", "zone", 4.5),
    ("ink-3", "surface", 4.5),
    ("ink-3", "app", 4.5),
    ("ink-3", "danger-tint", 4.5),
    ("ink-3", "key-tint", 4.5),
    ("key", "surface", 4.5),
    ("key", "app", 4.5),
    ("key", "key-tint", 4.5),
    ("ink-invert", "key", 4.5),
    ("ink-invert", "key-hover", 4.5),
    ("ink-invert", "key-bar", 4.5),
    ("ink-invert", "danger", 4.5),
    ("danger", "surface", 4.5),
    ("danger", "app", 4.5),
    ("danger-ink", "danger-tint", 4.5),
    ("warn-ink", "warn-tint", 4.5),
    ("note-ink", "note-tint", 4.5),
    ("ok", "surface", 4.5),
    ("guard", "guard-tint", 4.5),
    ("control", "surface", 3.0),
    ("line-strong", "surface", 3.0),
    ("focus-line", "focus-halo", 3.0),
]


def colours() -> dict[str, str]:
    text = (STATIC / "css/tokens.css").read_text("utf-8")
    found = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6}|var\(--[a-z0-9-]+\));", text))
    return {name: found.get(value[6:-1], value) for name, value in found.items()}


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_a_pair_of_tokens_has_enough_contrast(front: str, back: str, least: float) -> None:
    table = colours()
    light, dark = sorted((luminance(table[f"az-{front}"]), luminance(table[f"az-{back}"])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= least
