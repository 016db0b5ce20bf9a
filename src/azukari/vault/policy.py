"""Who may touch numbers: a role's permission, and the client must be the actor's to see. Pure."""

from __future__ import annotations

from uuid import UUID

from azukari.kernel.actor import Actor, Role
from azukari.kernel.ids import ClientId
from azukari.roster.errors import PersonNotFoundError
from azukari.tenancy import policy as office_policy
from azukari.vault import errors


def check_can(actor: Actor, permission: str, client_id: UUID) -> None:
    """Refuse an actor without the permission, or to whom the client is a stranger.

    Raises: PersonNotFoundError (not yours looks like not there), PermissionNotAllowed.
    """
    if not actor.sees(ClientId(client_id)):
        raise PersonNotFoundError
    office_policy.check_may(actor, permission)


def may(actor: Actor, permission: str, client_id: UUID) -> bool:
    """Tell whether an actor may do this for a client."""
    return actor.sees(ClientId(client_id)) and office_policy.may(actor, permission)


def check_can_approve(actor: Actor, *, requested_by: UUID | None, other_managers: int) -> None:
    """Refuse an approver who asked for the disposal, or who is no manager while a manager could do it.

    A single manager's own request is approved by any other handler: two persons suffice.
    Raises: SamePersonNotAllowed, PermissionNotAllowed.
    """
    if actor.staff_id == requested_by:
        raise errors.SamePersonNotAllowed
    if actor.role is Role.MANAGER or other_managers > 0:
        office_policy.check_may(actor, "vault:disposal:approve")
    else:
        office_policy.check_may(actor, "vault:number:dispose")
