"""The inbox: the cases somebody may see, and finding one of them."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from engage import clock, vault
from engage.queries import inbox as queries
from engage.queries import search
from engage.queries.inbox import Tab
from engage.queries.inbox_choices import Choices, choices
from engage.services.intake import TAKERS
from engage.vault import Unreadable
from engage.web import gate, locale
from engage.web.staff import inbox_forms, inbox_view, paging
from engage.web.staff.blueprint import bp

# What was searched for may be somebody's name: in the address it stands sealed.
_SEARCH = "search"
_LONGEST_SEARCH = 200


@bp.route("/")
def inbox() -> ResponseReturnValue:
    account, now = gate.me(), clock.utcnow()
    actor = account.actor
    offered = choices(actor)
    is_narrowed = any(request.args.get(name) for name in inbox_forms.NAMES)
    form = inbox_forms.read(request.args, offered) if is_narrowed else None
    zone = offered.sites[0].time_zone if len(offered.sites) == 1 else "UTC"
    sought = _opened(request.args.get("search", ""))
    found = search.find(actor, sought) if sought else None
    filters = (
        inbox_forms.filters(form, me=account.id, time_zone=zone, found=found) if form else queries.Filters(found=found)
    )
    counts = queries.counts(actor, filters, now)
    tab = _tab(counts, searched=bool(sought))
    page = queries.page(actor, tab, filters, now, paging.place_in(request.args, has_undated=True))
    picked = inbox_forms.chosen(form) if form else {}
    kept: dict[str, Any] = {**picked, **({"search": request.args["search"]} if sought else {})}
    chosen, clear_href = _chosen(form, tab, kept) if form else [], url_for("staff.inbox", tab=tab.value)
    return render_template(
        "staff/inbox.html",
        place=inbox_view.where_of(account),
        tabs=inbox_view.tabs(tab, counts, kept),
        cases=inbox_view.lines(page),
        empty=inbox_view.empty(tab, narrowed=bool(picked), searched=bool(sought)),
        search=sought,
        sealed=kept.get("search"),
        filters=_panel(form, chosen, clear_href) if form else _panel_of_all(locale.code(), offered),
        chosen=chosen,
        clear_href=clear_href,
        tab=tab.value,
        kept=picked,
        can_take_down=actor.holds(*TAKERS),
        **inbox_view.ways(page, tab, counts[tab], kept),
    )


@bp.route("/search", methods=["POST"])
def search_cases() -> ResponseReturnValue:
    typed = request.form.get("words", "").replace("\0", "").strip()[:_LONGEST_SEARCH]
    kept: dict[str, Any] = {name: value for name, value in request.form.items() if name in inbox_forms.NAMES and value}
    if typed:
        kept["search"] = vault.seal({"words": typed}, _SEARCH).decode()
    return redirect(url_for("staff.inbox", **kept), 303)


def _opened(sealed: str) -> str:
    try:
        return vault.opened(sealed.encode(), _SEARCH)["words"] if sealed else ""
    except Unreadable:
        return ""


def _tab(counts: Mapping[Tab, int], *, searched: bool) -> Tab:
    """The tab that was asked for; else everything when something is searched, or the first with something in it."""
    asked = request.args.get("tab", "")
    if asked in {tab.value for tab in counts}:
        return Tab(asked)
    return Tab.ALL if searched else inbox_view.first_tab(counts)


def _panel(form: inbox_forms.FilterForm, chosen: list[dict[str, str]], clear_href: str | None) -> Markup:
    text = render_template("staff/_filters.html", filter_form=form, chosen=chosen, clear_href=clear_href)
    return Markup(text)  # noqa: S704 - what a template has escaped


@lru_cache(maxsize=256)
def _panel_of_all(_language: str, offered: Choices) -> Markup:
    """The panel while nothing is filtered by: the same for everybody who reads this language and may see the same.

    Kept, because its lists of choices were a sixth of the inbox. It holds nothing of any case.
    """
    return _panel(inbox_forms.read(MultiDict(), offered), [], None)


def _chosen(form: inbox_forms.FilterForm, tab: Tab, kept: inbox_view.Kept) -> list[dict[str, str]]:
    """What is filtered by, each with the address of the page without it."""
    return [
        {
            "label": words,
            "remove_href": url_for(
                "staff.inbox", tab=tab.value, **{key: value for key, value in kept.items() if key != name}
            ),
        }
        for name, words in inbox_forms.words_of(form).items()
    ]
