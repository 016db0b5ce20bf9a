"""The doors: who comes in where. A browser holds one session per door, each under a cookie of its own."""

from __future__ import annotations

from dataclasses import dataclass

from azukari.tenancy import policy

SESSION_COOKIE = "__Host-azukari"


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """`name` is the URL namespace and what an account's `door` says; `layout` the frame of pages behind the login."""

    name: str
    prefix: str
    title: str
    brand: str
    layout: str
    permissions: frozenset[str]
    asks_office: bool = True

    @property
    def cookie(self) -> str:
        """Give the name of this door's session cookie."""
        return SESSION_COOKIE if self.name == "office" else f"{SESSION_COOKIE}-{self.name}"


OFFICE = Door(
    name="office",
    prefix="/",
    title="事務所ログイン",
    brand="あずかり",
    layout="office/layout.html",
    permissions=policy.OFFICE_PERMISSIONS,
)
PORTAL = Door(
    name="portal",
    prefix="/p/",
    title="事業所マイページ",
    brand="事業所マイページ",
    layout="portal/layout.html",
    permissions=policy.PORTAL_PERMISSIONS,
)
OPERATOR = Door(
    name="operator",
    prefix="/operator/",
    title="運用画面",
    brand="あずかり 運用画面",
    layout="operator/layout.html",
    permissions=frozenset({"operator:console:use", "tenancy:own:manage"}),
    asks_office=False,
)

# Nobody logs in here: whoever holds the number of an お預かり控え sees one page (docs/adr/0030).
PERSONAL = Door(
    name="personal",
    prefix="/mine/",
    title="お預かりの確認",
    brand="お預かりの確認",
    layout="entrance/gate.html",
    permissions=frozenset(),
)


def door_of(path: str) -> Door:
    """Tell at which door a path is."""
    return next((door for door in (PORTAL, OPERATOR, PERSONAL) if path.startswith(door.prefix)), OFFICE)
