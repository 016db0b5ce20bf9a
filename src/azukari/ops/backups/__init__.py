"""Backups that obey: taken whole, kept apart, dropped in time, and restored with every disposal done again."""
