"""Which lines of the record are a handling of somebody's number, and what may be said of a person to a stranger.

Log-ins, settings, accounts and plain files are not: a client company is shown how its people's numbers were handled and
nothing else.
"""

from __future__ import annotations

from azukari.vault.rules.purposes import USES_BY_CODE

# By the beginning of the event's code: an event that a room adds later is shown without a change here.
HANDLING_EVENTS = ("vault.", "intake.sheet.", "exchange.protected.", "journal.takeout.")
# Of one person, on the person's own page.
PERSONAL_EVENTS = ("vault.number.",)


def use_of(purpose: str) -> tuple[str, str]:
    """Give 利用内容 and 提出先 of a purpose code as people read them, both empty for one that has none."""
    use = USES_BY_CODE.get(purpose)
    return (use.label, use.submitted_to) if use else ("", "")


def partial_name(name: str) -> str:
    """Show a name in part: the first letter of each word, one ○ for the rest however long it is."""
    return " ".join(f"{word[0]}○" for word in name.split())
