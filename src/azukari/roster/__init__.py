"""The 台帳: people of the client companies, employees with their dependants, and how far their number is.

Law: 番号法15条・20条 (only people for whom a task exists are kept). Always true here: a name stands exactly as typed,
with a folded key beside it; no number, part or hash of one is in this room.
"""
