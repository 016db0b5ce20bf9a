"""Django's entry for tenancy: tells it where the root key lies and from where mails come."""

from django.apps import AppConfig
from django.conf import settings


class TenancyConfig(AppConfig):
    name = "azukari.tenancy"
    label = "tenancy"

    def ready(self) -> None:
        from azukari.tenancy.actions import keys, outbox

        keys.use_root_key_file(settings.AZUKARI_ROOT_KEY_FILE)
        outbox.use_sender(settings.AZUKARI_MAIL_FROM)
