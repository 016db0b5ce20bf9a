"""Django's entry for the exchange: where files lie, which scanner looks at them, which address mails name."""

from django.apps import AppConfig
from django.conf import settings


class ExchangeConfig(AppConfig):
    name = "azukari.exchange"
    label = "exchange"

    def ready(self) -> None:
        from azukari.exchange.actions import notices
        from azukari.store import blobs, scanner

        s3 = settings.AZUKARI_S3
        blobs.configure(
            settings.AZUKARI_FILES,
            endpoint=s3["endpoint"],
            region=s3["region"],
            key=s3["key"],
            secret=s3["secret"],
        )
        scanner.configure(settings.AZUKARI_SCANNER)
        notices.use_address(settings.AZUKARI_ADDRESS)
