"""Who may see, send and open: the role's permission, and the client company must be the actor's to see. Pure."""

from __future__ import annotations

from uuid import UUID

from azukari.exchange.errors.deliveries import DeliveryNotFoundError, ProposalOpenNotAllowed, ProtectedNotAllowed
from azukari.exchange.rules.states import Direction
from azukari.kernel.actor import Actor
from azukari.kernel.ids import ClientId
from azukari.tenancy import policy as office_policy


def check_can(actor: Actor, permission: str, client_id: UUID) -> None:
    """Refuse an actor without the permission, or to whom the client is a stranger.

    Raises: DeliveryNotFoundError (not yours looks like not there), PermissionNotAllowed.
    """
    if not actor.sees(ClientId(client_id)):
        raise DeliveryNotFoundError
    office_policy.check_may(actor, permission)


def is_receiver(actor: Actor, direction: Direction) -> bool:
    """Tell whether an actor stands on the side that receives."""
    return (actor.staff_id is not None) == (direction is Direction.RECEIVED)


def check_may_open(actor: Actor, *, direction: Direction, protected: bool, proposed: bool) -> None:
    """Refuse to open what holds numbers, or may hold them, to staff without the right to numbers.

    A client user hands in and cannot read back what is 保護 or may become it.
    Raises: ProtectedNotAllowed, ProposalOpenNotAllowed.
    """
    if actor.staff_id is not None:
        if protected and not office_policy.may(actor, "exchange:protected:open"):
            raise ProtectedNotAllowed
        if proposed and not office_policy.may(actor, "exchange:protected:open"):
            raise ProposalOpenNotAllowed
    elif direction is Direction.RECEIVED and (protected or proposed):
        raise ProtectedNotAllowed
