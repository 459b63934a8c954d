"""What triage knows of a case as its page draws it."""

from flask import url_for

from engage.domain import retaliation
from engage.domain.lifecycle import Stage
from engage.domain.policy import Permission
from engage.models import Rating
from engage.queries import likeness
from engage.queries.case_page import CasePage
from engage.services.ratings import FINAL, PRELIMINARY
from engage.web import labels
from engage.web.locale import gettext
from engage.web.staff import offered, triage_story

Row = dict[str, object]


def shown(page: CasePage) -> Row:
    """Return what staff/_triage.html draws."""
    return {
        "about": _about(page),
        "todo": _todo(page),
        "ratings": _ratings(page),
        "own_view": _own_view(page),
        "links": _links(page),
        "alike": _alike(page),
    }


def _about(page: CasePage) -> list[Row]:
    may_remove, reference = page.may(Permission.REMOVE_SUBJECT), page.case.reference
    return [
        {
            "kind": labels.label("subject_kind", row.kind),
            "name": page.read(name),
            "href": url_for("staff.remove_subject_case", reference=reference, involvement_id=row.id)
            if may_remove
            else None,
        }
        for row, name in page.triage.about
    ]


def _todo(page: CasePage) -> list[Row]:
    """What has to be done before the case goes on, with where; a link only for those who may."""
    case = page.case
    found: list[Row] = []
    if retaliation.owes_look(case.retaliation_risk, case.retaliation_stage, case.stage):
        may = page.may(Permission.ASSESS_RETALIATION)
        href = url_for("staff.assess_retaliation_case", reference=case.reference) if may else None
        found.append({"text": gettext("Look again at what the person risks, now that the case moved on"), "href": href})
    may = page.may(Permission.ARRANGE)
    for row in page.triage.open_items:
        href = url_for("staff.finish_item_case", reference=case.reference, item_id=row.id) if may else None
        found.append({"text": triage_story.item(row.code), "href": href})
    return found


def _ratings(page: CasePage) -> list[Row]:
    """The preliminary rating and the final one; before the first there is nothing to show."""
    if not page.triage.ratings:
        return []
    found = [_rating(page, page.triage.rating_of(PRELIMINARY), gettext("Preliminary"))]
    found.append(_rating(page, page.triage.rating_of(FINAL), gettext("Final")))
    if page.triage.rating_asked is not None:
        found.append(_rating(page, page.triage.rating_asked, gettext("Asked for, waits for a second person")))
    return found


def _rating(page: CasePage, row: Rating | None, label: str) -> Row:
    if row is None:
        return {"label": label, "value": gettext("not yet"), "why": None}
    words = gettext(
        "%(level)s (happened %(actual)s, possible %(potential)s)",
        level=row.level,
        actual=row.actual,
        potential=row.potential,
    )
    return {"label": label, "value": words, "why": ", ".join(_why(page, row)) or None}


def _why(page: CasePage, row: Rating) -> list[str]:
    """What raised the level or set the least it can be."""
    rules = offered.rules(page).severity
    known = {one.code: gettext(one.label) for one in rules.floors} | {
        one.code: gettext(one.label) for one in rules.facts
    }
    known["similar_cases"] = gettext("others like it at the same place")
    return [known.get(str(code), str(code)) for code in dict.fromkeys(row.raised_by)]


def _own_view(page: CasePage) -> str | None:
    return labels.label("own_view", page.case.own_view) if page.case.own_view else None


def _links(page: CasePage) -> list[Row]:
    """Linked cases that the reader may see."""
    may, reference = page.may(Permission.LINK), page.case.reference
    return [
        {
            "reference": row.reference,
            "kind": labels.label("link_kind", row.kind),
            "stage": labels.label("stage", row.stage),
            "href": url_for("staff.show_case", reference=row.reference),
            "unlink_href": url_for("staff.unlink_case", reference=reference, link_id=row.link_id) if may else None,
        }
        for row in page.triage.links
    ]


def _alike(page: CasePage) -> list[Row]:
    """Cases that may speak of the same, at triage and for those who may link them."""
    if page.case.stage not in (Stage.RECEIVED, Stage.ACKNOWLEDGED) or not page.may(Permission.LINK):
        return []
    return [
        {
            "reference": one.reference,
            "title": one.title,
            "stage": labels.label("stage", one.stage),
            "href": url_for("staff.show_case", reference=one.reference),
        }
        for one in likeness.suggestions(page)
    ]
