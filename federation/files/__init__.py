"""Files that people made, on their way in: looked at in processes apart, drawn anew, kept."""
