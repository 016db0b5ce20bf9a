"""Forms of the office door: they check shape, not law and not rights."""
