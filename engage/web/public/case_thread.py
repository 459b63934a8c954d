"""The conversation on the person's page: messages, and what was decided, in the order it was said."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from flask import url_for

from engage.domain.case import Answer, Writer
from engage.domain.files import Scan, why_not_open
from engage.models import Attachment, Proposal
from engage.queries.own_case import OwnCase
from engage.web import money
from engage.web.file_labels import REFUSALS as FILE_REFUSALS
from engage.web.filters import day, short_day, size
from engage.web.labels import label
from engage.web.locale import gettext
from engage.web.uploads import why_left_out

Entry = dict[str, object]
Said = tuple[datetime, Entry]


def thread(own: OwnCase) -> list[Entry]:
    """Return everything that was said, oldest first, for components/message_thread.html."""
    said = [*_concern(own), *_messages(own), *_answers(own), *_appeals(own), *_screening(own), *_review(own)]
    said += _corrections(own)
    return [entry for _, entry in sorted(said, key=lambda pair: pair[0])]


def found(own: OwnCase) -> list[str]:
    """Return what we say of the concern and of our part in it, in plain words."""
    offer = own.proposal
    if offer is None:
        return []
    said = [label("finding_told", offer.finding)]
    return [*said, label("involvement_told", offer.involvement)] if offer.involvement else said


def remedies(own: OwnCase) -> list[dict[str, object]]:
    """Return what was proposed, or agreed and how far it is."""
    if own.proposal is None:
        return []
    waiting = {remedy.id for remedy in own.to_confirm}
    return [
        {
            "text": remedy.words,
            "sum": money.written(remedy.money) if remedy.money else None,
            "by": gettext("by %(day)s", day=short_day(remedy.due_at)),
            "done": bool(remedy.finished_at),
            "confirmed": remedy.confirmed,
            "evidence": remedy.evidence if own.was_accepted else None,
            "confirm_href": url_for("public.confirm_remedy", remedy_id=remedy.id) if remedy.id in waiting else None,
        }
        for remedy in own.proposal.remedies
    ]


def changes(own: OwnCase) -> list[dict[str, str]]:
    """Return what we change because of it, in the words meant for the person, and how far it is."""
    return [
        {
            "text": row.shared_words or "",
            "by": gettext("done on %(day)s", day=short_day(row.finished_at))
            if row.finished_at
            else gettext("by %(day)s", day=short_day(row.due_at)),
        }
        for row in own.changes
    ]


def _entry(at: datetime, author: str, words: str, files: Sequence[Attachment] = (), *, mine: bool) -> Said:
    return at, {
        "side": "person" if mine else "us",
        "author": author,
        "sent_on": short_day(at),
        "iso": at.isoformat(),
        "words": words,
        "files": [
            {
                "name": file.name,
                "href": None if why_not_open(file.scan) else url_for("public.open_file", attachment_id=file.id),
                "size": size(file.size),
                "note": _closed(file) or _altered(file),
            }
            for file in files
        ],
    }


def _closed(file: Attachment) -> str | None:
    """Why a file cannot be opened."""
    if (refusal := why_not_open(file.scan)) is None:
        return None
    if file.scan is Scan.HARMFUL:
        return gettext(
            "This file holds a program that does harm. We locked it, and nobody can open it. It is not lost, and your "
            "words are safe. Please send another copy of it, or a photo of it."
        )
    return str(FILE_REFUSALS[refusal.code])


def _altered(file: Attachment) -> str | None:
    """What we took out of a file, and where it is as it came."""
    if not (file.was_cleaned or file.was_emptied):
        return None
    told = gettext("We took out where it was made, and with what.")
    if file.original is None:
        return f"{told} {gettext('We did not keep it as it came.')}"
    return f"{told} {gettext('As it came it is locked away. Only one trusted person can open it, and you are told.')}"


def _concern(own: OwnCase) -> Iterator[Said]:
    told = own.case.statement
    parts = [told.what_happened or gettext("You sent this without words.")]
    for question, words in (
        (gettext("Where"), told.where_it_happened),
        (gettext("When"), told.when_it_happened),
        (gettext("What would make it right"), told.what_would_make_it_right),
    ):
        if words:
            parts.append(f"{question}: {words}")
    yield _entry(own.case.received_at, gettext("You"), "\n\n".join(parts), own.files.get(None, ()), mine=True)


def _messages(own: OwnCase) -> Iterator[Said]:
    for one in own.messages:
        mine = one.writer is Writer.PERSON
        author = gettext("You") if mine else gettext("Community office")
        words = one.words or gettext("(files only)")
        at, entry = _entry(one.written_at, author, words, own.files.get(one.id, ()), mine=mine)
        yield at, entry | {"left_out": why_left_out(one.left_out)}


def _corrections(own: OwnCase) -> Iterator[Said]:
    """What the person says is wrong, beside the words it is about, and what we say to it."""
    for one in own.rights.corrections:
        parts = [gettext("You said that something we hold is wrong."), one.words, one.right_words]
        yield _entry(one.asked_at, gettext("You"), "\n\n".join(filter(None, parts)), mine=True)
        if one.answered_at is not None:
            seen = gettext("We see it like you.") if one.is_accepted else gettext("We do not see it like you.")
            words = f"{seen}\n\n{one.answer_words}"
            yield _entry(one.answered_at, gettext("Community office"), words, mine=False)


def _answers(own: OwnCase) -> Iterator[Said]:
    """What the person said to each proposal, of earlier rounds too."""
    for offer in (*own.answered_before, own.proposal):
        if offer is not None and offer.answer is not None and offer.answered_at is not None:
            yield _answer(offer, offer.answer, offer.answered_at)


def _answer(offer: Proposal, answer: Answer, answered_at: datetime) -> Said:
    said = {
        Answer.ACCEPT: gettext("You accepted our proposal."),
        Answer.COUNTER: gettext("You asked us to change our proposal."),
        Answer.MEET: gettext("You asked to meet about our proposal."),
        Answer.REFUSE: gettext("You refused our proposal."),
    }[answer]
    words = f"{said}\n\n{offer.answer_words}" if offer.answer_words else said
    return _entry(answered_at, gettext("You"), words, mine=True)


def _appeals(own: OwnCase) -> Iterator[Said]:
    for appeal in own.appeals:
        refused = (*own.answered_before, own.proposal)
        is_refusal = any(one is not None and one.answer_words == appeal.words for one in refused)
        words = "" if is_refusal else appeal.words  # a refusal's words are on the page already
        parts = [gettext("You asked a panel to look at it again."), words, appeal.late_reason or ""]
        yield _entry(appeal.lodged_at, gettext("You"), "\n\n".join(filter(None, parts)), mine=True)
        if appeal.decided_at is not None:
            upheld = appeal.outcome == "upheld"
            found = gettext("The panel agrees with you") if upheld else label("outcome", appeal.outcome)
            decided = f"{found}.\n\n{appeal.decision}"
            yield _entry(appeal.decided_at, gettext("Appeal panel"), decided, mine=False)


def _screening(own: OwnCase) -> Iterator[Said]:
    found = own.screening
    if found is not None and found.decided_at is not None:
        words = gettext("You can turn to: %(place)s", place=found.referral)
        yield _entry(found.decided_at, gettext("Community office"), f"{found.words}\n\n{words}", mine=False)


def _review(own: OwnCase) -> Iterator[Said]:
    found = own.review
    if found is None:
        return
    given = gettext("We gave it to %(body)s.", body=found.body)
    begins = gettext("It begins on %(day)s.", day=day(found.begins_at)) if found.begins_at else ""
    reports = gettext("It tells us what it found by %(day)s.", day=day(found.report_by)) if found.report_by else ""
    binds = gettext("What it finds binds us.") if found.is_binding else ""
    dates = " ".join(filter(None, [begins, reports, binds]))
    words = "\n\n".join(filter(None, [given, found.terms, dates]))
    yield _entry(found.referred_at, gettext("Community office"), words, mine=False)
    if found.reported_at is not None:
        yield _entry(found.reported_at, found.body, found.report or "", mine=False)
