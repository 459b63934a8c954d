"""What was typed, as every side of the web takes it."""


def plain(value: str | None) -> str | None:
    """Return what was typed without the sign no database takes, with one kind of line end; None if nothing is left."""
    return value.replace("\0", "").replace("\r\n", "\n").strip() or None if value else None
