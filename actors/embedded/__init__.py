"""SQLite beside an event loop: its driver, its connections, and how writers share a commit."""
