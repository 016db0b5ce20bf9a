"""Who may do what inside an office: a table of roles, and the two questions asked of it. Pure."""

from __future__ import annotations

from azukari.kernel.actor import Actor, Role
from azukari.tenancy import errors

# Permissions of the office door. Those of HANDLING also need a grant (may_handle): the right to numbers is
# given to a person, not to a role.
EVERYONE = frozenset(
    {
        "tenancy:home:see",
        "tenancy:client:see",
        "roster:person:see",
        "tenancy:office:see",
        "tenancy:own:manage",
    }
)
# Files are the daily work of everybody but 監査, who reads the record alone.
WORKING = frozenset({"exchange:file:see", "exchange:file:send"})
HANDLING = frozenset(
    {
        "exchange:protected:open",
        "tenancy:vault:unlock",
        "vault:number:reveal",
        "vault:number:register",
        "vault:number:dispose",
        "intake:sheet:import",
        "journal:record:see",
    }
)
# 監査 reads the record and disposes of nothing; a number it never sees.
AUDITING = frozenset({"journal:record:see"})
MANAGING = frozenset(
    {
        "journal:record:see",
        "tenancy:settings:change",
        "tenancy:staff:manage",
        "tenancy:client:manage",
        "tenancy:contract:see",
        "tenancy:support:grant",
        "tenancy:recovery:issue",
        "vault:disposal:approve",
        "vault:retention:extend",
        "exchange:quarantine:release",
    }
)
# Permissions of the client companies' door.
CLIENT = frozenset({"portal:menu:see", "tenancy:own:manage", "exchange:file:see", "exchange:file:send"})
CLIENT_LEADING = frozenset({"portal:users:see"})

ROLE_PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.MANAGER: EVERYONE | WORKING | HANDLING | MANAGING,
    Role.HANDLER: EVERYONE | WORKING | HANDLING,
    Role.GENERAL: EVERYONE | WORKING,
    Role.AUDITOR: EVERYONE | AUDITING,
    Role.CLIENT_LEAD: CLIENT | CLIENT_LEADING,
    Role.CLIENT_MEMBER: CLIENT,
    Role.SYSTEM: frozenset(),
}
OFFICE_PERMISSIONS = EVERYONE | WORKING | HANDLING | AUDITING | MANAGING
PORTAL_PERMISSIONS = CLIENT | CLIENT_LEADING


def role_may_handle(role: Role) -> bool:
    """Tell whether people of a role can be given the right to numbers at all."""
    return role in {Role.MANAGER, Role.HANDLER}


def may(actor: Actor, permission: str) -> bool:
    """Tell whether an actor holds a permission."""
    if permission in HANDLING and permission not in MANAGING and not actor.may_handle:
        return False
    if permission == "journal:record:see" and actor.role is Role.HANDLER and not actor.may_handle:
        return False
    return permission in ROLE_PERMISSIONS[actor.role]


def check_may(actor: Actor, permission: str) -> None:
    """Refuse an actor without a permission. Raises: PermissionNotAllowed."""
    if not may(actor, permission):
        raise errors.PermissionNotAllowed(who=_who(permission))


def _who(permission: str) -> str:
    if permission in CLIENT_LEADING:
        return "窓口責任者"
    return "責任者" if permission in MANAGING else "個人番号の取扱担当者"
