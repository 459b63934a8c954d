"""Reads for pages and reports, every one scoped by engage.scope.visible_to."""
