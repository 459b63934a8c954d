"""The restricted lane: what a survivor and the focal points do with a report, each step on its own record."""
