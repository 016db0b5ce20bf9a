"""What the office set for oversight."""

from __future__ import annotations

from azukari.oversight.models import Settings
from azukari.oversight.rules import settings as rules
from azukari.oversight.rules.settings import OversightSettings


def get_settings() -> tuple[OversightSettings, int]:
    """Get the settings of the office in force and their version, for the one who changes them."""
    row = Settings.objects.first()
    return (rules.from_json(row.told), row.version) if row else (OversightSettings(), 0)
