"""The handling record (取扱記録): one RFC 6962 Merkle tree per office, append-only.

Law: 特定個人情報ガイドライン（事業者編）別添1 2C b (取扱規程等に基づく運用, 利用状況の記録). No foreign keys: it outlives what it tells of.
Always true here: an entry is in the tree when its transaction commits; no entry holds a number, a part or a
hash of one; names and free text stand in the tree only as salted commitments.
"""
