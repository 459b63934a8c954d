"""The pages for people who raise a concern: no account, no JavaScript, nothing kept of the visitor."""

from engage.web.public import (
    case,
    case_answers,
    case_contact,
    case_kind,
    case_notices,
    case_rights,
    case_ways,
    codes,
    home,
    language,
    own_report,
    pages,
    raise_concern,
    tell,
    transparency,
)
from engage.web.public.blueprint import bp

__all__ = [
    "bp",
    "case",
    "case_answers",
    "case_contact",
    "case_kind",
    "case_notices",
    "case_rights",
    "case_ways",
    "codes",
    "home",
    "language",
    "own_report",
    "pages",
    "raise_concern",
    "tell",
    "transparency",
]
