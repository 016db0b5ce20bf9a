"""Actor: who acts, in which office, with which role, from where. One frozen value built by the door.

A use case takes it as its first argument and passes it on to policy and journal; it is never taken apart
into five parallel parameters. It names people by id and display name and never carries a secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from azukari.kernel.ids import ClientId, OfficeId, StaffId


class Role(StrEnum):
    """What a person is to an office: staff, a client company's people, or the system. Stored codes."""

    MANAGER = "MANAGER"
    HANDLER = "HANDLER"
    GENERAL = "GENERAL"
    AUDITOR = "AUDITOR"
    CLIENT_LEAD = "CLIENT_LEAD"
    CLIENT_MEMBER = "CLIENT_MEMBER"
    SYSTEM = "SYSTEM"


STAFF_ROLES = (Role.MANAGER, Role.HANDLER, Role.GENERAL, Role.AUDITOR)
CLIENT_ROLES = (Role.CLIENT_LEAD, Role.CLIENT_MEMBER)
ROLE_LABELS = {
    Role.MANAGER: "責任者",
    Role.HANDLER: "事務取扱担当者",
    Role.GENERAL: "一般従業員",
    Role.AUDITOR: "監査",
    Role.CLIENT_LEAD: "窓口責任者",
    Role.CLIENT_MEMBER: "窓口担当者",
    Role.SYSTEM: "システム",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts. `client_ids` is None when the role sees every client of the office.

    Staff have a `staff_id`, people of a client company a `user_id`, the system neither.
    """

    office_id: OfficeId
    staff_id: StaffId | None
    name: str
    role: Role
    may_handle: bool
    client_ids: frozenset[ClientId] | None
    session: str = ""
    address: str = ""
    user_id: UUID | None = None

    def sees(self, client_id: ClientId) -> bool:
        """Tell whether a client company is this actor's to see."""
        return self.client_ids is None or client_id in self.client_ids
