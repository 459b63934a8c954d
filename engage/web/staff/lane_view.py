"""What the page of a report shows a focal point."""

import json
from collections.abc import Mapping
from datetime import datetime

from engage.domain.case import Writer
from engage.domain.lane import HER_ANSWERS, Course, Happened, Step, why_not_close, why_not_share
from engage.domain.lane_clocks import HEALTH_WITHIN
from engage.queries import sites, triage_parts
from engage.queries.lane_reports import ReportPage
from engage.web import labels
from engage.web.filters import day, local, moment
from engage.web.locale import gettext
from engage.web.staff.form_fields import choices
from engage.web.staff.lane_forms import (
    PRESSED,
    BringForm,
    ChildForm,
    ConsentForm,
    LaneForm,
    OfferForm,
    PressForm,
    RouteForm,
    SayForm,
    SubjectForm,
)

_LEFT = ("name", "organisation", "email", "phone", "post", "facilitator", "word")  # of a case that was moved in


def forms(page: ReportPage, sent: Mapping[str, LaneForm]) -> dict[str, LaneForm]:
    """Return the forms that make sense from here, by name; one that was sent as it came back."""
    fresh: dict[str, type[LaneForm]] = {"say": SayForm, "subject": SubjectForm}
    if Step.OFFER_SUPPORT in page.steps:
        fresh["offer"] = OfferForm
    if Step.MAKE_REFERRAL in page.steps:
        fresh["bring"] = BringForm
    if page.steps & HER_ANSWERS:
        fresh["consent"] = ConsentForm
    if page.at_intake:
        fresh["route"] = RouteForm
    if page.owes_child:
        fresh["child"] = ChildForm
    if any(step in page.steps for step in PRESSED):
        fresh["press"] = PressForm
    found = {name: sent.get(name) or kind(formdata=None) for name, kind in fresh.items()}
    for name, form in found.items():
        form.version.data = page.report.version
        _prepare(name, form, page)
    return found


def _prepare(name: str, form: LaneForm, page: ReportPage) -> None:
    if name == "subject":
        offer_subjects(form, page)
    if name == "route":
        offer_sites(form, page)
    if name == "consent":
        form.said.choices = [one for one in form.said.choices if Step(one.value) in page.steps]
    if name == "say" and (page.report.for_other or page.report.course is not Course.OPEN):
        form.to.choices = [one for one in form.to.choices if one.value == "note"]


def offer_subjects(form: LaneForm, page: ReportPage) -> None:
    """Let the form offer whom the report can be about."""
    departments, contractors = triage_parts.places()
    places = [(f"department:{name}", name) for name in departments]
    places += [(f"contractor:{name}", name) for name in contractors]
    form.user.choices = choices([("", gettext("Choose")), *page.staff])
    form.place.choices = choices([("", gettext("Choose")), *places])


def offer_sites(form: LaneForm, page: ReportPage) -> None:
    """Let the form offer the sites a report can be given to; none where it has one."""
    given = [(str(one.id), one.name) for one in sites.to_choose_from()] if page.at_intake else []
    form.site.choices = choices([("", gettext("Choose")), *given])


def presses(page: ReportPage) -> list[dict[str, str | None]]:
    """Return what is done by one press, each with why it cannot be done yet."""
    found: list[dict[str, str | None]] = []
    for step in PRESSED:
        if step in page.steps:
            why = why_not_close(page.report.position, owes_child=page.owes_child) if step is Step.CLOSE else None
            why = why_not_share(page.report.position) if step is Step.SHARE_OUTCOME else why
            found.append({"step": step.value, "why": labels.refusal(why) if why else None})
    return found


def account(page: ReportPage) -> list[dict[str, str]]:
    """Return the facts she gave."""
    asked = (
        ("involved", gettext("Somebody of the mine was involved")),
        ("age", gettext("Age")),
        ("sex", gettext("Sex")),
        ("served", gettext("With a service already")),
    )
    return [
        {"label": words, "value": labels.label(f"lane_{name}", page.account[name])}
        for name, words in asked
        if name in page.account
    ]


def person(page: ReportPage) -> list[dict[str, str]]:
    """Return what the person of a case that was moved in had left of themself: who it is, and how to reach them."""
    return [
        {"label": labels.label("contact", name), "value": str(page.account[name])}
        for name in _LEFT
        if page.account.get(name)
    ]


def state(page: ReportPage) -> list[dict[str, str]]:
    """Return where the report is."""
    report = page.report
    health = gettext("until %(moment)s", moment=moment(report.received_at + HEALTH_WITHIN))
    road = gettext("An address that nobody here can see") if page.has_road else gettext("None: only their code")
    was = [{"label": gettext("It was the case"), "value": page.reference}] if page.reference else []
    return [
        *was,
        {"label": gettext("Told by"), "value": gettext("Somebody else") if report.for_other else gettext("The person")},
        {"label": gettext("It is"), "value": labels.label("lane_course", report.course)},
        {"label": gettext("Support"), "value": labels.label("lane_support", report.support)},
        {"label": gettext("Employer"), "value": labels.label("lane_process", report.process)},
        {"label": gettext("Outcome"), "value": labels.label("lane_telling", report.telling)},
        {"label": gettext("Health care helps most"), "value": health},
        {"label": gettext("Road for word"), "value": road},
        *({"label": gettext("About"), "value": name} for name in page.subjects),
    ]


def clocks(page: ReportPage, now: datetime) -> list[dict[str, object]]:
    """Return what we owe, the earliest first."""
    return [
        {"what": labels.label("lane_clock", row.clock), "due_at": row.due_at, "is_late": row.due_at <= now}
        for row in page.clocks
        if row.ended_at is None
    ]


def thread(page: ReportPage) -> list[dict[str, object]]:
    """Return what was written, notes too."""
    sides = {Writer.PERSON: "person", Writer.STAFF: "us", Writer.NOTE: "note"}
    names = {Writer.PERSON: gettext("The person"), Writer.STAFF: gettext("Focal point")}
    return [
        {
            "side": sides[one.writer],
            "author": names.get(one.writer, gettext("Focal point")),
            "sent_on": moment(one.at),
            "iso": local(one.at).isoformat(),
            "kept_to": gettext("focal points alone"),
            "words": one.words,
        }
        for one in page.said
    ]


def story(page: ReportPage) -> list[dict[str, str]]:
    """Return what happened, the newest first: codes in words, nothing that anybody said."""
    return [{"on": day(row.at), "what": _told(row.kind, json.loads(row.payload))} for row in reversed(page.events)]


def _told(kind: str, values: Mapping[str, object]) -> str:
    if kind == Happened.STEP_TAKEN:
        how = f" · {labels.label('lane_how', values['how'])}" if "how" in values else ""
        return labels.label("lane_step", values["step"]) + how
    return labels.label("lane_event", kind)
