"""Plain values every other package may use: no framework, no database, no clock of its own.

Actor (who acts), ids, Japanese calendar days, text folding, check digits, and the base of every error.
"""
