"""Azukari (あずかり): custody of My Numbers for Japanese labour and social-insurance law offices."""
