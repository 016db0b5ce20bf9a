"""Measures the product beside the bare database it stands on. `python -m bench`; see README.md in this folder."""
