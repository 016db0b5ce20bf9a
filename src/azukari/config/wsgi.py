"""The WSGI entry, and the one place that starts the sweeper thread of a serving process."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "azukari.config.settings")
application = get_wsgi_application()

from azukari.ops import sweeper  # noqa: E402  (needs the loaded apps)
from azukari.ops.backups import restore  # noqa: E402

restore.check_finished()

sweeper.start()
