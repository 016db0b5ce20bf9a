"""The verifying page: one HTML file that checks a 廃棄証明書 or a 受領書 by itself (docs/adr/0029).

It is given out as it stands: no build, no template. A paper must outlive the server, and so must the means to check
it; what it checks follows `ops.verify` step by step.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

# What the file is called where it is saved.
PAGE_NAME = "azukari-verify.html"

_PAGE = Path(__file__).with_name("verify.html")


def page() -> bytes:
    """Give the page, byte for byte."""
    return _PAGE.read_bytes()


def page_sha256() -> str:
    """Compute the SHA-256 of the page, lower-case hex: what people compare who got it from somebody else."""
    return sha256(page()).hexdigest()
