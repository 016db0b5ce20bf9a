"""Writes docs/events.md, the table of everything that can stand in the record. A test keeps it current."""

from __future__ import annotations

from pathlib import Path

from azukari.office.events import as_markdown

if __name__ == "__main__":
    (Path(__file__).parent.parent / "docs" / "events.md").write_text(as_markdown(), "utf-8")
