"""Settings of the tests: the product's own, with keys made for this run and cheap passwords."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from azukari.seal.root import LocalRootKeys
from azukari.seal.signer import make_state

# A run has one data folder; whoever started it (tools/run_tests.py) may name it, so that it can be searched after.
if "AZUKARI_DATA" not in os.environ or os.environ.get("AZUKARI_TEST_DATA") != os.environ["AZUKARI_DATA"]:
    os.environ["AZUKARI_DATA"] = tempfile.mkdtemp(prefix="azukari-test-")
    atexit.register(shutil.rmtree, os.environ["AZUKARI_DATA"], ignore_errors=True)
_data = Path(os.environ["AZUKARI_DATA"])
(_data / "secret.key").write_text("tests only\n")
(_data / "root.key").write_text(LocalRootKeys.generate().serialize())
(_data / "signer.key").write_text(LocalRootKeys.generate().serialize())
make_state(_data / "signer.sqlite3")

from azukari.config.settings import *  # noqa: E402, F403
from azukari.config.settings import DATABASES  # noqa: E402

PASSWORD_HASHERS = ["tests.cheap.CheapArgon2Hasher"]
STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
for _alias, _database in DATABASES.items():
    if str(_database["ENGINE"]).endswith("sqlite3"):
        # A file, not memory: the tests want the WAL and the locks that the product has.
        _database["TEST"] = {"NAME": str(_data / f"test-{_alias}.sqlite3")}
