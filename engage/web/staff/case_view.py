"""The case page in words: what its template and components are given."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import url_for

from engage import clock
from engage.domain.case import Writer
from engage.domain.deadlines import Promise
from engage.domain.errands import BOARD
from engage.domain.files import why_not_open
from engage.domain.lifecycle import SHORT_TRACK, TRACK, Stage
from engage.domain.policy import Permission
from engage.models import Attachment
from engage.queries.case_page import CasePage
from engage.queries.case_parts import Fate
from engage.web import labels, locale
from engage.web.file_labels import REFUSALS as FILE_REFUSALS
from engage.web.filters import due, local, moment, short_day, size
from engage.web.locale import gettext
from engage.web.uploads import why_left_out

Row = dict[str, object]

# Which event says since when a stage was reached, and which promise says by when the next step is owed.
_REACHED = {
    Stage.RECEIVED: "CaseReceived",
    Stage.ACKNOWLEDGED: "CaseAcknowledged",
    Stage.ASSESSED: "CaseAssessed",
    Stage.INVESTIGATING: "InvestigationStarted",
    Stage.PROPOSED: "ProposalSent",
    Stage.IMPLEMENTING: "ProposalAccepted",
    Stage.APPEALED: "CaseAppealed",
    Stage.INDEPENDENT: "CaseReferred",
}


def caption(page: CasePage) -> list[str]:
    """Return reference, identity class, road, channel and language."""
    case = page.case
    known = [one.name for one in locale.LANGUAGES.values() if one.code == case.locale]
    return [
        case.reference,
        labels.label("identity", case.identity),
        labels.label("road", case.road),
        labels.term("channels", case.channel),
        *known,
    ]


def title(page: CasePage) -> str:
    """Return what it is about."""
    if page.case.erased_at is not None:
        return gettext("Erased")
    return page.read(page.case.statement.title) or gettext("A recording or a photo")


def track(page: CasePage) -> list[Row]:
    """Return the stages for components/stage_track.html, the present one with what is due next and how late it is."""
    case = page.case
    stages = list(SHORT_TRACK if case.kind.takes_short_road else TRACK)
    if case.stage not in stages:
        stages.insert(len(stages) - 1, case.stage)
    reached = {entry.kind: entry.at for entry in page.entries}
    at = stages.index(case.stage)
    return [_step(page, stage, number - at, reached) for number, stage in enumerate(stages)]


def _step(page: CasePage, stage: Stage, distance: int, reached: dict[str, datetime]) -> Row:
    case = page.case
    name = gettext("Proposal") if stage is Stage.PROPOSED else labels.label("step", stage)
    since = case.closed_at if stage is Stage.CLOSED else reached.get(_REACHED[stage])
    since = case.received_at if stage is Stage.RECEIVED else since
    if distance < 0 or stage is Stage.CLOSED is case.stage:
        note = short_day(since) if since else gettext("left out")
        return {"label": name, "state": "done" if distance < 0 else "now", "note": note}
    if distance > 0:
        return {"label": name, "state": "next", "note": None}
    if case.their_turn:
        return {"label": name, "state": "now", "note": gettext("their turn")}
    if case.next_due_at is None or _is_held(case.next_due_at):
        return {"label": name, "state": "now", "note": short_day(since)}
    late = case.next_due_at < clock.utcnow()
    owed = labels.label("promise", case.next_promise)
    note = gettext("%(promise)s: %(due)s", promise=owed, due=due(case.next_due_at))
    return {"label": name, "state": "now", "note": note, "late": late}


def _is_held(at: datetime) -> bool:
    """Whether a pause without an end holds the date: it is then kept far in the future."""
    return at.year >= 9000


def conversation(page: CasePage) -> list[Row]:
    """Return the concern and everything written since, oldest first, with what became of each notice."""
    case, told = page.case, page.case.statement
    events = {str(entry.values.get("message_id")): entry.id for entry in page.entries}
    parts = [page.read(told.what_happened) or gettext("There are no words: listen to the recording or see the photo.")]
    for question, words in (
        (gettext("Where"), told.where_it_happened),
        (gettext("When"), told.when_it_happened),
        (gettext("What would make it right"), told.what_would_make_it_right),
    ):
        if words:
            parts.append(f"{question}: {page.read(words)}")
    first: Row = {
        "side": "person",
        "author": gettext("The person"),
        "sent_on": moment(case.received_at),
        "iso": case.received_at.isoformat(),
        "words": "\n\n".join(parts),
        "files": files(row for row in page.files if row.message_id is None and row.writer is Writer.PERSON),
    }
    rows, asked = [first], _asked_to_read(page)
    for message in page.messages:
        fate = page.fates.get(events[str(message.id)]) if str(message.id) in events else None
        is_ours = message.writer is Writer.STAFF
        rows.append(
            {
                "side": {Writer.PERSON: "person", Writer.STAFF: "us", Writer.NOTE: "note"}[message.writer],
                "author": _author(page, message.author_id),
                "sent_on": moment(message.written_at),
                "iso": message.written_at.isoformat(),
                "words": page.read(message.words) or gettext("(files only)"),
                "whole": page.read(message.whole) if message.whole else None,
                "left_out": why_left_out(message.left_out) if page.may(Permission.READ_UNMASKED) else [],
                "files": files(row for row in page.files if row.message_id == message.id),
                "fate": _fate(fate) if is_ours else None,
                "failed": is_ours and fate is not None and fate.dead_at is not None,
                "readers": asked.get(str(message.id), []),
            }
        )
    return rows


def _asked_to_read(page: CasePage) -> dict[str, list[str]]:
    """Return who was asked to read which note, by name."""
    asked: dict[str, list[str]] = {}
    for entry in page.entries:
        if entry.kind == "ColleagueMentioned":
            reader = page.names.get(uuid.UUID(str(entry.values["user_id"])), gettext("somebody of ours"))
            asked.setdefault(str(entry.values["message_id"]), []).append(str(reader))
    return asked


def _author(page: CasePage, user_id: uuid.UUID | None) -> str:
    return page.names.get(user_id, "") if user_id else gettext("The person")


def _fate(fate: Fate | None) -> str:
    """Return how the person learns of it: a notice says only that there is news, the words wait on their case page."""
    if fate is None:
        return str(gettext("on their case page"))
    if fate.dead_at is not None:
        return str(gettext("notice could not be delivered"))
    if fate.sent_at is None and fate.replaced_at is not None:
        return str(gettext("on their case page; the notice before it says so already"))
    if fate.sent_at is None:
        return str(gettext("notice waits to be sent"))
    at = f"{short_day(fate.sent_at)} {local(fate.sent_at):%H:%M}"
    if fate.road == "errand":
        return str(gettext("to be told by one of us"))
    if fate.road in (None, "case", "withheld"):
        return str(gettext("on their case page"))
    return str(gettext("notice sent %(at)s", at=at))


def files(rows: Iterable[Attachment]) -> list[Row]:
    """Return files for components/file_links.html; those that may still tell hidden details say so."""
    return [
        {
            "name": row.name,
            "href": None if why_not_open(row.scan) else url_for("staff.open_file", file_id=row.id),
            "size": size(row.size) if row.was_cleaned else gettext("%(size)s, not cleaned", size=size(row.size)),
            "note": _of_file(row),
        }
        for row in rows
    ]


def _of_file(row: Attachment) -> str | None:
    if (refusal := why_not_open(row.scan)) is not None:
        return str(FILE_REFUSALS[refusal.code])
    return gettext("As it came it is locked away.") if row.original is not None else None


def facts(page: CasePage) -> list[Row]:
    """Return what is known of the case; what nobody knows yet is left out."""
    case, told = page.case, page.case.statement
    levels = gettext("%(level)s (happened %(actual)s, possible %(potential)s)")
    severity = levels % {"level": case.level, "actual": case.level_actual, "potential": case.level_potential}
    return _known(
        (gettext("Severity"), severity if case.level else gettext("not assessed")),
        (gettext("Category"), labels.category(case.category, case.subcategory)),
        (gettext("Kind"), labels.label("kind", case.kind)),
        (gettext("Class"), labels.label("class", case.class_)),
        (gettext("Site"), case.site.name),
        (gettext("Place"), page.read(told.community or told.where_it_happened or "")),
        (gettext("Received"), moment(case.received_at)),
        (gettext("Read back"), gettext("yes") if case.read_back else None),
        (gettext("Harm goes on"), gettext("yes") if case.ongoing_harm else None),
        (gettext("Anybody in danger"), labels.label("danger", case.danger) if case.danger else None),
        (gettext("How hard it is"), labels.label("complexity", case.complexity) if case.complexity else None),
        (
            gettext("Risk of retaliation"),
            labels.label("risk", case.retaliation_risk) if case.retaliation_risk else None,
        ),
        (gettext("Round"), str(case.round) if case.round else None),
        (gettext("Internal incident"), case.incident),
        (gettext("Ended as"), labels.term("close_types", case.close_type)),
        (gettext("Root cause"), causes_in_words([case.root_cause, *(case.further_causes or ())])),
        (gettext("Seems sent by a program"), gettext("look at it before it is worked on") if case.flagged else None),
    )


def causes_in_words(codes: Sequence[str | None]) -> str:
    """Return root causes in their order, numbered where there are several."""
    said = [labels.term("root_causes", code) for code in codes if code]
    return " · ".join(f"{number}. {words}" for number, words in enumerate(said, start=1)) if said[1:] else "".join(said)


def people(page: CasePage) -> list[Row]:
    """Return who is in the case. Names and addresses of the person are behind a link, and each look is recorded."""
    case = page.case
    panel = page.appeal.seats if page.appeal else ()
    sits = ", ".join(page.names.get(seat.user_id, "") for seat in panel)
    speaker = labels.term("stakeholder_types", case.speaks_as)
    return _known(
        (gettext("The person"), labels.label("identity", case.identity)),
        (gettext("Speaks as"), speaker),
        (gettext("Speaks for"), gettext("somebody else") if case.on_behalf else None),
        (gettext("A group"), gettext("yes") if case.is_collective else None),
        (gettext("Works on it"), case.assignee.name if case.assignee else gettext("nobody yet")),
        (gettext("Taken down by"), page.names.get(case.recorded_by_id) if case.recorded_by_id else None),
        (gettext("Panel"), sits),
    )


def person_href(page: CasePage) -> str | None:
    """Return the link to who the person is and how to reach them, where there is something this reader may see."""
    knows_who = page.has_identity and page.may(Permission.VIEW_IDENTITY)
    knows_how = page.contact is not None and page.may(Permission.VIEW_CONTACT)
    return url_for("staff.show_person", reference=page.case.reference) if knows_who or knows_how else None


def notice(page: CasePage) -> Row | None:
    """Return what everyone must see first: word that is owed by mouth, or a message nobody answered."""
    case = page.case
    if any(row.road != BOARD for row in page.errands):
        roads = {labels.label("road", row.road) for row in page.errands if row.road != BOARD}
        text = gettext("Tell the person: no machine reaches them.")
        return {"text": " ".join([text, *sorted(roads)]), "category": "warning"}
    if case.could_not_reach:
        return {"text": gettext("We could not reach the person."), "category": "warning"}
    if case.unread_reply:
        return {"text": gettext("The person has written, and nobody has answered yet."), "category": "info"}
    return None


def subject_of(page: CasePage, promise: Promise, subject_id: uuid.UUID) -> str:
    """Return what a promise is called here: a remedy by its number."""
    name = labels.label("promise", promise)
    if promise is Promise.IMPLEMENT and page.proposal is not None:
        number = next((row.number for row in page.proposal.remedies if row.id == subject_id), None)
        return f"{name} {number}" if number else name
    return name


def zone(page: CasePage) -> ZoneInfo:
    """Return the site's zone."""
    return ZoneInfo(page.case.site.time_zone)


def _known(*rows: tuple[str, str | None]) -> list[Row]:
    return [{"label": label, "value": value} for label, value in rows if value]
