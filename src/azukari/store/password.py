"""The password hasher: Argon2id with the parameters of security.md 4.1 (98 ms there), one at a time per core."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2idHasher(Argon2PasswordHasher):
    """Argon2id, 64 MiB, three passes, four lanes. Source: RFC 9106, security.md 4.1."""

    time_cost = 3
    memory_cost = 64 * 1024
    parallelism = 4
