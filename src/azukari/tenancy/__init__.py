"""Offices, their staff and client companies, accounts, assignments, grants and unlocks.

Law: 番号法10条・11条 (委託と監督), 12条 (安全管理措置). The tenant is the office (社労士事務所).
Always true here: the office secret is stored only sealed (to staff with a grant, to the recovery sheet, to a
running unlock); the server's half is stored only wrapped by the root key.
"""
