"""Use cases of the vault, one file per noun. Only these files may import the module that opens."""
