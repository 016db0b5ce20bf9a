"""What every door has: login, activation, second factors, sessions, the confirmation of acts of weight.

A door (office, portal, operator) brings its name, its layout and its pages; who knocks, and how it is made sure who it
is, is the same for all and lives here once. Knows tenancy and no other room (docs/adr/0015).
"""
