"""Tables of tenancy, one file per noun. `Office` is the tenant itself and therefore stands outside every scope."""

from azukari.tenancy.models.accounts import Account, ClientMembership, ClientUser, StaffMember
from azukari.tenancy.models.activation import Activation, OperatorActivation
from azukari.tenancy.models.backups import BackupRun, ClockLook
from azukari.tenancy.models.clients import Assignment, ClientCompany, ClientImport
from azukari.tenancy.models.factors import (
    BackupCode,
    KnownDevice,
    OperatorBackupCode,
    OperatorDevice,
    OperatorPasskey,
    OperatorTotp,
    Passkey,
    TotpDevice,
)
from azukari.tenancy.models.keys import Grant, OfficeKeys, RecoverySheet, Unlock
from azukari.tenancy.models.office import Contract, Office, SupportGrant
from azukari.tenancy.models.operators import Operator, OperatorEvent
from azukari.tenancy.models.sessions import BrowserSession, OutboxMail, TryCount
from azukari.tenancy.models.views import RecordView

__all__ = [
    "Account",
    "Activation",
    "Assignment",
    "BackupCode",
    "BackupRun",
    "BrowserSession",
    "ClientCompany",
    "ClientImport",
    "ClientMembership",
    "ClientUser",
    "ClockLook",
    "Contract",
    "Grant",
    "KnownDevice",
    "Office",
    "OfficeKeys",
    "Operator",
    "OperatorActivation",
    "OperatorBackupCode",
    "OperatorDevice",
    "OperatorEvent",
    "OperatorPasskey",
    "OperatorTotp",
    "OutboxMail",
    "Passkey",
    "RecordView",
    "RecoverySheet",
    "StaffMember",
    "SupportGrant",
    "TotpDevice",
    "TryCount",
    "Unlock",
]
