"""Django's entry for tenancy: tells it where the root key lies."""

from django.apps import AppConfig
from django.conf import settings


class TenancyConfig(AppConfig):
    name = "azukari.tenancy"
    label = "tenancy"

    def ready(self) -> None:
        from azukari.tenancy.actions import keys

        keys.use_root_key_file(settings.AZUKARI_ROOT_KEY_FILE)
