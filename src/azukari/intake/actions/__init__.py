"""Use cases of intake, one file per noun."""
