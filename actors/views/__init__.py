"""Questions we answer. Read-only; a view may join anything."""
