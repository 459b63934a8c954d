"""The four pages of the form: their order, how each is shown, and the cookie by which an unsent form is found again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from flask import Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from wtforms.fields.choices import SelectChoice

from engage.domain.taxonomy import Term
from engage.notify import gateways
from engage.queries import sites
from engage.queries.sites import SitePage
from engage.services import drafts, intake
from engage.services.drafts import Written
from engage.services.sites import shipped_catalogue
from engage.settings import settings
from engage.web.public.raise_forms import (
    ASIDE,
    LINE,
    MORE_WORDS,
    WORDS,
    CheckForm,
    RaiseForm,
    WhatForm,
    WhereForm,
    WhoForm,
)

_COOKIE, _COOKIE_PATHS = "draft", ("/raise", "/s")


@dataclass(frozen=True, slots=True)
class Step:
    """A page of the form; its endpoint is the name of its template, too."""

    number: int
    endpoint: str
    form: type[RaiseForm]

    @property
    def names(self) -> frozenset[str]:
        """The names of the fields that stand on the page."""
        return _names(self)


@cache
def _names(step: Step) -> frozenset[str]:
    return frozenset(name for name in dir(step.form) if hasattr(getattr(step.form, name), "_formfield")) - ASIDE


STEPS = (
    Step(1, "raise_concern", WhatForm),
    Step(2, "raise_where", WhereForm),
    Step(3, "raise_who", WhoForm),
    Step(4, "raise_check", CheckForm),
)
FIRST, LAST = STEPS[0], STEPS[-1]


def after(step: Step) -> Step:
    """Return the page that follows; the last is followed by itself."""
    return STEPS[min(step.number, len(STEPS) - 1)]


def address(step: Step, site: SitePage | None) -> str:
    return url_for(f"public.{step.endpoint}", code=site.code if site else None)


def speakers() -> tuple[Term, ...]:
    return shipped_catalogue().taxonomy.terms("stakeholder_types")


def prepare(form: RaiseForm, *, is_shown: bool = False) -> RaiseForm:
    """Return the form with the choices that come from data: for a page that is shown, or to look at a choice made."""
    if "speaks_as" in form:
        offered = speakers() if is_shown or form.speaks_as.data else ()
        given = [SelectChoice(term.code, gettext(term.label)) for term in offered]
        form.speaks_as.choices = [SelectChoice("", gettext("I do not want to say")), *given]
    if "site" in form:
        known = sites.to_choose_from() if is_shown or form.site.data else ()
        given = [SelectChoice(one.code, one.name) for one in known]
        form.site.choices = [SelectChoice("", gettext("I do not know, or another one")), *given]
    return form


def prefilled(step: Step, token: str, values: Mapping[str, str | bool | None]) -> RaiseForm:
    """Return the form of a page with what was written before."""
    form = prepare(step.form(formdata=None, data=values), is_shown=True)
    form.token.data = token
    return form


def show(
    step: Step,
    site: SitePage | None,
    form: RaiseForm,
    written: Written,
    *,
    status: int = 200,
    stale: str = "",
    lines: Sequence[object] = (),
) -> Response:
    """Return the page; `stale` says why it has to be sent once more, `lines` are what the last page looks back on."""
    html = render_template(
        f"public/{step.endpoint}.html",
        form=form,
        step=step,
        steps=len(STEPS),
        site=site,
        written=written,
        has_draft=bool(written.values or written.files),
        stale=stale,
        back=address(STEPS[step.number - 2], site) if step is not FIRST else None,
        address=address,
        summary=lines,
        texts_leave=gateways.is_there(),
        limits={
            "words": WORDS,
            "more_words": MORE_WORDS,
            "line": LINE,
            "files": settings().FILES_MAX,
            "megabytes": settings().FILE_MAX_BYTES // (1024 * 1024),
        },
    )
    return make_response(html, status)


def go_to(step: Step, site: SitePage | None) -> Response:
    return make_response(redirect(address(step, site), 303))


def found_draft() -> tuple[str, Written | None]:
    """Return the token in the browser's cookie with its draft; a fresh token where there is no draft."""
    token = request.cookies.get(cookie(), "")
    if not intake.is_token(token):
        return intake.new_token(), None
    written = drafts.load(token)
    return (token, written) if written else (intake.new_token(), None)


def draft_of(token: str) -> Written | None:
    """Return what was written with the form of this token; a browser without the cookie of a draft has none."""
    return drafts.load(token) if cookie() in request.cookies else None


def cookie() -> str:
    """Return the name of the cookie that holds the key to a draft."""
    return settings().cookie_name(_COOKIE, _COOKIE_PATHS[0])


def remember(response: Response, token: str) -> Response:
    """Give the browser the key to the draft, for as long as the draft lives."""
    response.set_cookie(
        cookie(),
        token,
        path=_cookie_path(),
        max_age=drafts.KEPT_FOR,
        httponly=True,
        samesite="Lax",
        secure=settings().is_https,
    )
    return response


def forget(response: Response) -> Response:
    """Take the key to the draft out of the browser, wherever the form was begun."""
    for path in _COOKIE_PATHS:
        response.delete_cookie(cookie(), path=path, httponly=True, samesite="Lax", secure=settings().is_https)
    return response


def _cookie_path() -> str:
    return "/s" if request.path.startswith("/s/") else "/raise"
