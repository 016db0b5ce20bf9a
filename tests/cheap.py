"""Argon2 with the least cost the formats allow: the tests make many passwords and guard none."""

from azukari.seal.grants import PasswordCost
from azukari.store.password import Argon2idHasher

CHEAP = PasswordCost(memory=8 * 1024, passes=1, lanes=1)


class CheapArgon2Hasher(Argon2idHasher):
    time_cost = 1
    memory_cost = 8 * 1024
    parallelism = 1
