"""Actor: who acts, in which office, with which role, from where. One frozen value built by the door.

A use case takes it as its first argument and passes it on to policy and journal; it is never taken apart
into five parallel parameters. It names people by id and display name and never carries a secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from azukari.kernel.ids import ClientId, OfficeId, StaffId


class Role(StrEnum):
    """What a person is inside an office. Stored codes; labels are in `ROLE_LABELS`."""

    MANAGER = "MANAGER"
    HANDLER = "HANDLER"
    GENERAL = "GENERAL"
    SYSTEM = "SYSTEM"


ROLE_LABELS = {
    Role.MANAGER: "責任者",
    Role.HANDLER: "事務取扱担当者",
    Role.GENERAL: "一般従業員",
    Role.SYSTEM: "システム",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts. `client_ids` is None when the role sees every client of the office."""

    office_id: OfficeId
    staff_id: StaffId | None
    name: str
    role: Role
    may_handle: bool
    client_ids: frozenset[ClientId] | None
    session: str = ""
    address: str = ""

    def sees(self, client_id: ClientId) -> bool:
        """Tell whether a client company is this actor's to see."""
        return self.client_ids is None or client_id in self.client_ids
