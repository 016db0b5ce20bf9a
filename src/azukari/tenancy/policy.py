"""Who may do what inside an office: a table of roles, and the two questions asked of it. Pure."""

from __future__ import annotations

from azukari.kernel.actor import Actor, Role
from azukari.tenancy import errors

# Permissions of the office door. Those of HANDLING also need a grant (may_handle): the right to numbers is
# given to a person, not to a role.
EVERYONE = frozenset({"tenancy:home:see", "tenancy:office:see", "tenancy:own:manage"})
# Client companies, their people and files are the daily work of everybody but 監査, who reads the record alone.
WORKING = frozenset({"tenancy:client:see", "roster:person:see", "exchange:file:see", "exchange:file:send"})
HANDLING = frozenset(
    {
        "exchange:protected:open",
        "tenancy:vault:unlock",
        "vault:number:reveal",
        "vault:number:register",
        "vault:number:dispose",
        "intake:sheet:import",
        "journal:record:see",
        "oversight:slip:issue",
        "journal:takeout:close",
    }
)
# 監査 reads the record, prints it and writes it out; nothing else that names a person, and a number never.
AUDITING = frozenset({"journal:record:see"})
MANAGING = frozenset(
    {
        "journal:record:see",
        "journal:takeout:close",
        "tenancy:settings:change",
        "tenancy:staff:manage",
        "tenancy:client:manage",
        "tenancy:contract:see",
        "tenancy:support:grant",
        "tenancy:recovery:issue",
        "vault:disposal:approve",
        "vault:retention:extend",
        "exchange:quarantine:release",
        "oversight:odd_use:review",
        "oversight:pack:make",
    }
)
# Permissions of the client companies' door.
# Whether 窓口担当者 see the handlings too is the office's setting (oversight.queries.check_sees).
CLIENT = frozenset(
    {"portal:menu:see", "tenancy:own:manage", "exchange:file:see", "exchange:file:send", "oversight:handling:see"}
)
CLIENT_LEADING = frozenset({"portal:users:see", "oversight:pack:take"})

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


# What 責任者 may by their role, 取扱担当者 by their grant only.
_WITH_GRANT = frozenset({"journal:record:see", "journal:takeout:close"})


def role_may_handle(role: Role) -> bool:
    """Tell whether people of a role can be given the right to numbers at all."""
    return role in {Role.MANAGER, Role.HANDLER}


def may(actor: Actor, permission: str) -> bool:
    """Tell whether an actor holds a permission."""
    if permission in HANDLING and permission not in MANAGING and not actor.may_handle:
        return False
    if permission in _WITH_GRANT and actor.role is Role.HANDLER and not actor.may_handle:
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
