"""Reading mail that came in."""
