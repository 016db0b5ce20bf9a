"""Django's entry for the vault: tells it how long backups of the key store are kept."""

from django.apps import AppConfig
from django.conf import settings


class VaultConfig(AppConfig):
    name = "azukari.vault"
    label = "vault"

    def ready(self) -> None:
        from azukari.vault.actions import disposal

        disposal.use_backup_days(settings.AZUKARI_KEY_BACKUP_DAYS)
