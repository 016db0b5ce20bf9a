"""Django's entry for the journal: tells it who signs."""

from django.apps import AppConfig
from django.conf import settings


class JournalConfig(AppConfig):
    name = "azukari.journal"
    label = "journal"

    def ready(self) -> None:
        from azukari.journal.actions import standing
        from azukari.seal.signer import FileSigner
        from azukari.seal.signer_socket import RemoteSigner

        standing.use_signer(
            RemoteSigner(settings.AZUKARI_SIGNER_SOCKET)
            if settings.AZUKARI_SIGNER_SOCKET
            else FileSigner(settings.AZUKARI_SIGNER_KEY_FILE, settings.AZUKARI_SIGNER_STATE)
        )
