"""The bundle's page to read: one file without script or anything from elsewhere, in the person's language."""

import uuid
from collections.abc import Iterator, Mapping, Sequence

from flask import render_template
from flask_babel.speaklater import LazyString
from markupsafe import Markup

from engage.domain.policy import Party
from engage.models import Attachment
from engage.queries.case_everything import Everything, Happened
from engage.web import locale
from engage.web.case_file import chapters
from engage.web.case_file.chapters import Chapter, Fact, Line, Part, Said
from engage.web.filters import day, moment, size
from engage.web.labels import label
from engage.web.locale import gettext, lazy_gettext

_ = lazy_gettext
# What happened, as the person reads it, by the name of the event.
HAPPENED: Mapping[str, LazyString] = {
    "CaseReceived": _("Your concern came in."),
    "CaseRouted": _("It went to the mine that it is about."),
    "CaseAcknowledged": _("We confirmed that we have it."),
    "CaseAssessed": _("We know what it is about."),
    "InvestigationStarted": _("We began to look into it."),
    "ProposalSent": _("We proposed a solution."),
    "ProposalAccepted": _("You accepted our proposal."),
    "ProposalCountered": _("You asked us to change our proposal."),
    "ProposalRefused": _("You refused our proposal."),
    "RemedyFinished": _("We said that something is put right."),
    "RemedyConfirmed": _("You said if it is put right."),
    "CaseAppealed": _("You asked a panel to look at it again."),
    "PanelSeated": _("The panel was named."),
    "AppealDecided": _("The panel decided."),
    "CaseReferred": _("It went to a body outside the company."),
    "ReviewReported": _("The body outside the company told what it found."),
    "CaseReopened": _("It was opened again."),
    "CaseConverted": _("It is treated as something else."),
    "CaseAnswered": _("We answered you."),
    "CaseScreenedOut": _("We said that we cannot take it, and why."),
    "InformationRefused": _("We said that we cannot give you what you asked for, and why."),
    "CaseLapsed": _("It was closed because we could not reach you."),
    "CaseVerified": _("It was closed."),
    "CaseWithdrawn": _("You asked us to stop."),
    "DeadlineExtended": _("We asked for more time."),
    "DelayTold": _("We told you that we are late."),
    "ClockPaused": _("The clock stopped."),
    "ClockResumed": _("The clock ran again."),
    "ReportedBack": _("Your group was told how it ended."),
    "AttemptLogged": _("We tried to reach you."),
    "PersonTold": _("One of us brought you word."),
    "ContactChanged": _("The way to reach you was changed."),
    "IdentityChanged": _("Who may know your name was changed."),
    "CodeChanged": _("Your code was changed."),
    "IdentityOpened": _("Somebody was shown your name."),
    "FeedbackGiven": _("You answered our two questions."),
    "CorrectionAsked": _("You said that something we hold is wrong."),
    "CorrectionAnswered": _("We answered what you said is wrong."),
    "HoldSet": _("A court or an authority needs it: nothing may be erased."),
    "HoldLifted": _("No court and no authority needs it any more."),
    "ContentErased": _("Something was erased, as we promise it."),
}


def written(found: Everything, places: Mapping[uuid.UUID, str], proof: Sequence[str]) -> str:
    """Return the page; `places` says where in the bundle each file lies, `proof` are the lines of the receipt."""
    style = render_template("public/takeaway.css")
    return render_template(
        "public/takeaway.html",
        language=locale.language(),
        style=Markup("<style>{}</style>").format(Markup(style)),  # noqa: S704 - a file of ours, and no words of anybody
        reference=found.file.case.reference,
        chapters=[_shown(one) for one in _chapters(found, places)],
        proof=proof,
    )


def _chapters(found: Everything, places: Mapping[uuid.UUID, str]) -> list[Chapter]:
    told = chapters.chapters(found.file)
    more = [
        Chapter(gettext("What happened, day by day"), [Fact(moment(one.at), _happened(one)) for one in found.happened]),
        Chapter(gettext("Meetings"), list(_meetings(found))),
        Chapter(gettext("Your answers to the two questions"), list(_feedback(found))),
        Chapter(gettext("Files"), [_file(one, places) for one in found.files]),
        Chapter(gettext("What we hold of you"), list(_held(found))),
    ]
    return [*told, *(one for one in more if one.parts)]


def _happened(one: Happened) -> str:
    said = str(HAPPENED[one.kind])
    if one.party != Party.STAFF.value or one.role is None:
        return said
    return gettext("%(what)s By: %(role)s.", what=said, role=label("role", one.role))


def _meetings(found: Everything) -> Iterator[Part]:
    for one in found.meetings:
        yield Fact(day(one.held_at), f"{one.place}, {one.language}")


def _feedback(found: Everything) -> Iterator[Part]:
    if (given := found.feedback) is not None:
        yield Fact(gettext("How we treated you, from 1 to 5"), str(given.process))
        yield Fact(gettext("How good the result is, from 1 to 5"), str(given.outcome))
        if given.words:
            yield Fact(gettext("What we should do better"), given.words)


def _file(one: Attachment, places: Mapping[uuid.UUID, str]) -> Fact:
    where = places.get(one.id) or gettext("This file is missing from our store. Please tell us.")
    return Fact(where, f"{one.name}, {size(one.size)}, {day(one.added_at)}")


def _held(found: Everything) -> Iterator[Part]:
    yes, no = gettext("yes"), gettext("no")
    yield Fact(gettext("Your name or organisation"), yes if found.has_identity else no)
    yield Fact(gettext("A way to reach you"), yes if found.has_contact else no)
    yield Line(gettext("They are not in this file, so that whoever finds it does not learn them."))
    for one in found.name_seen:
        days = gettext(", ").join(day(on) for on in one.days)
        yield Fact(gettext("Your name was shown to: %(role)s", role=label("role", one.role)), days)


def _shown(chapter: Chapter) -> dict[str, object]:
    return {"title": chapter.title, "parts": [_part(one) for one in chapter.parts]}


def _part(part: Part) -> dict[str, object]:
    match part:
        case Line(text):
            return {"kind": "line", "text": text}
        case Fact(name, value):
            return {"kind": "fact", "label": name, "text": value}
        case Said():
            return {
                "kind": "said",
                "label": chapters.head(part),
                "text": part.words,
                "files": part.files,
                "by_person": part.by_person,
            }
