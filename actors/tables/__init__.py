"""What we remember: one file for each noun; columns and constraints, no behaviour."""
