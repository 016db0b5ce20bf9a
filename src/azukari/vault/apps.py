"""Django's entry for the vault: how long backups of the key store are kept, who stamps the time."""

from pathlib import Path

from django.apps import AppConfig
from django.conf import settings


class VaultConfig(AppConfig):
    name = "azukari.vault"
    label = "vault"

    def ready(self) -> None:
        from azukari.store import time_authority
        from azukari.vault.actions import certificates

        certificates.use_backup_days(settings.AZUKARI_KEY_BACKUP_DAYS)
        root = settings.AZUKARI_TSA_ROOT
        time_authority.configure(settings.AZUKARI_TSA, Path(root).read_bytes() if root else b"")
