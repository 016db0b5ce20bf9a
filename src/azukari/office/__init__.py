"""Door of the office's staff: login, clients, people, numbers, sheets, disposal, record, settings."""
