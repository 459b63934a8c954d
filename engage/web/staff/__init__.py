"""The staff side of the pages."""
