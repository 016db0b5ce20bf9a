"""Invented demo data: companies, households, names. Pure and seeded; nothing here touches a database."""
