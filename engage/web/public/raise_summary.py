"""Everything that was written, line by line, for the last look before it is sent."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import gettext
from wtforms import BooleanField, Field, SelectField

from engage.queries.sites import SitePage
from engage.services.drafts import Written
from engage.web.public.raise_steps import FIRST, LAST, STEPS, address, prefilled

# What was left as it was on the page is said all the same: it decides who learns what.
ALWAYS = frozenset({"kind", "identity", "road"})


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was written, and where it can be changed."""

    label: str
    value: str
    href: str


def summary(site: SitePage | None, written: Written) -> list[Line]:
    """Return the lines of a draft in the order of the pages."""
    lines: list[Line] = []
    for step in STEPS:
        if step is LAST:
            continue
        form = prefilled(step, "", written.values)
        where = address(step, site)
        lines += [Line(str(field.label.text), _text(field), where) for field in form if _is_said(field, step.names)]
        if step is FIRST and written.files:
            lines.append(Line(gettext("Files"), "\n".join(_names(written)), where))
    return lines


def _is_said(field: Field, names: frozenset[str]) -> bool:
    return field.name in names and field.name != "files" and bool(field.data or field.name in ALWAYS)


def _text(field: Field) -> str:
    if isinstance(field, BooleanField):
        return gettext("Yes")
    if isinstance(field, SelectField):
        return next((str(choice.label) for choice in field.iter_choices() if choice.selected), "")
    return str(field.data)


def _names(written: Written) -> Iterator[str]:
    return (file.name for file in written.files)
