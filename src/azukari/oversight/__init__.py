"""What others may see of the office's handling (委託先の監督, 本人への説明), and what looks unusual in it.

Law: 番号法11条 (委託先の監督), 個人情報保護法32条 (本人への説明), ガイドライン別添1 2C d (取扱状況の把握). It reads the record and the
states of the other rooms and opens nothing: of the vault it imports the queries alone (.importlinter).
"""
