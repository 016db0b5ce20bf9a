"""The client companies' door: 事業所マイページ. People of a 顧問先 see their own company and nothing else.

No way leads from here to a number: neither the vault nor the roster is imported (.importlinter).
"""
