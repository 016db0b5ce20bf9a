"""Numbers and their disposal: the only room that seals, opens and destroys My Numbers.

Law: 番号法12条 (安全管理措置), 20条 (保管の制限), ガイドライン別添1 2E d (廃棄).
Always true here: no number without its record; no number shown before its record is committed; each number has a
key of its own in the key store, and deleting that key is the disposal; a number that was replaced stays a
record of its own until it is disposed of.
"""
