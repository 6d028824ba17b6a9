"""What this process says of itself to whoever runs it: its log, and what it counts and times."""
