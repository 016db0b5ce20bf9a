"""Who runs the service: offices, their letters and contracts, counts and bytes. Never numbers, files or names of people.

Only counts come from rooms above tenancy, and only through queries that give nothing else (.importlinter).
"""
