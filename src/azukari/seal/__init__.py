"""The security core: keys, sealing, opening, grants, the tree, its checkpoints, codes and passkeys.

Bytes and small frozen values in and out. No Django, no settings, no environment, no database, no files, no
logging, no clock; the standard library, `cryptography`, `fido2`, `pyotp` and `azukari.kernel` only. The formats
and the numbered steps are in `docs/seal-format.md`, and comments cite them. Only `vault.actions` and
`exchange.actions` may import `opening`.
"""
