"""File exchange (ファイル送受信): files between the office and its client companies, the ledger of who sent what when.

Files are kept in sealed parts; 保護ファイル (those with numbers) open only with 従業員利用認証 and leave a record.
"""
