"""A line of somebody's day: what it is, of which case, and when it is due or came up."""

from typing import Any

from sqlalchemy import (
    Select,
    SQLColumnExpression,
    String,
    cast,
    literal,
    select,
)

from engage.models import (
    Case,
    Site,
    Statement,
)

Column = SQLColumnExpression[Any]


def columns(kind: str, code: Column, at: Column, subject: Column) -> list[Column]:
    """Return what every line says; the caller joins the case, its statement and the site, as far as it has them."""
    return [
        literal(kind, String).label("kind"),
        cast(code, String).label("code"),
        at.label("at"),
        subject.label("subject_id"),
        Case.reference.label("reference"),
        Statement.title.label("title"),
        Case.level.label("level"),
        Site.time_zone.label("time_zone"),
    ]


def line(kind: str, code: Column, at: Column, subject: Column) -> Select[*tuple[Any, ...]]:
    """Return a line of a case; the caller joins where it comes from."""
    return (
        select(*columns(kind, code, at, subject))
        .select_from(Case)
        .join(Statement, Statement.case_id == Case.id)
        .join(Site, Site.id == Case.site_id)
    )
