"""Floor under the rooms: the office scope, the scoped base model, composite keys, bulk rows. No tables.

Always true here: a query on a tenant table outside `office_scope` raises; a row of one office cannot point
into another (composite foreign keys on both databases, row-level security on PostgreSQL).
"""
