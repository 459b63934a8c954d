"""The admin side of the pages."""
