"""Pages of the client companies' door."""
