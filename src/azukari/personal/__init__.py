"""The door of one person without an account: お預かりの確認, with the number of an お預かり控え.

No way leads from here to a number: what it shows comes from oversight alone (.importlinter, docs/adr/0030).
"""
