"""The web entry point: `wsgi:app`."""

from engage import create_app

app = create_app()
