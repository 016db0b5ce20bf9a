"""Pages of the office door, one file per subject."""
