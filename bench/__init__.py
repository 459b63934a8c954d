"""Measures engage against a floor: the least that the same framework, database and server can do."""
