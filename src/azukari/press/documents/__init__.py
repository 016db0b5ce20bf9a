"""One folder per document that leaves: its facts, its template, sample data. Nothing here knows a room."""
