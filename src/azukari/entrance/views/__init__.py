"""Pages that every door has. Which door it is, the request knows."""
