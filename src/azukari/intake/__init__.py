"""Collecting numbers: sheets that client companies hand in, from the file to the 台帳.

Law: 番号法14条・16条 (提供の要求, 本人確認), ガイドライン別添1 2C. Always true here: a sheet is a 特定個人情報ファイル, so what was read is
kept only sealed and for the days the office has set; what a person confirmed is registered as a whole or not at all; the
same sheet twice changes nothing; no number is ever shown on these screens.
"""
