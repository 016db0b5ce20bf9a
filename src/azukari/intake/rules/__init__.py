"""What the office's rules make of a sheet: which column is what, who is in it, and who may be registered.

Pure: a workbook in, decisions out. No Django, no database, no clock. Order of use: `columns.propose_mapping`,
`columns.check_mapping`, `people.judge`, `comparison.match_people`, and, when the vault has compared the numbers,
`comparison.compare`. Digits live in `JudgedPerson.digits` only, which no `repr` and no sentence shows.
"""
