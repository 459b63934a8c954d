"""The chapters of a case's file, in words: what was said, what was promised, what was offered, and how it ended."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from engage import clock
from engage.domain.case import Writer
from engage.models import Appeal, Message, Proposal, Remedy
from engage.queries.case_file import CaseFile
from engage.web import money
from engage.web.case_file import promised
from engage.web.filters import day, moment, size
from engage.web.labels import label, term
from engage.web.locale import gettext


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of ours."""

    text: str


@dataclass(frozen=True, slots=True)
class Fact:
    """What something is called, and what it is."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said and when, with the files that came with it, by size alone."""

    at: datetime
    author: str
    words: str
    by_person: bool
    files: Sequence[str] = ()


Part = Line | Fact | Said


@dataclass(frozen=True, slots=True)
class Chapter:
    """A heading and what stands under it."""

    title: str
    parts: Sequence[Part]


def chapters(found: CaseFile) -> list[Chapter]:
    """Return the chapters that have something in them, in the language and zone of this request."""
    told = [
        Chapter(gettext("The case"), list(_facts(found))),
        Chapter(gettext("What was said"), _conversation(found)),
        Chapter(gettext("What is said to be wrong in it"), list(_corrections(found))),
        Chapter(gettext("What was promised"), [Fact(*row) for row in promised.dates(found)]),
        Chapter(gettext("When the clock stood still"), [Fact(*row) for row in promised.pauses(found)]),
        *_proposals(found),
        Chapter(gettext("Appeals"), list(_appeals(found))),
        Chapter(gettext("Before a body outside the company"), list(_reviews(found))),
        Chapter(gettext("Others who have it too"), list(_proceedings(found))),
        Chapter(gettext("What we gave to others"), list(_referrals(found))),
        Chapter(gettext("How it ended"), list(_ending(found))),
        Chapter(gettext("So that it does not happen again"), list(_changes(found))),
        Chapter(gettext("Who has seen this"), list(_seen(found))),
        Chapter(gettext("Other places to turn to"), list(_avenues(found))),
    ]
    return [chapter for chapter in told if chapter.parts]


def texts(told: Sequence[Chapter]) -> Iterator[str]:
    """Return everything that stands in the chapters, for whoever looks for the letters it needs."""
    for chapter in told:
        yield chapter.title
        for part in chapter.parts:
            match part:
                case Line(text):
                    yield text
                case Fact(name, value):
                    yield name
                    yield value
                case Said():
                    yield from (head(part), part.words, *part.files)


def head(said: Said) -> str:
    """Return who said something, and when."""
    return gettext("%(who)s, %(day)s", who=said.author, day=day(said.at))


def _you(found: CaseFile) -> str:
    return gettext("You") if _is_for_person(found) else gettext("The person")


def _is_for_person(found: CaseFile) -> bool:
    return found.seen is not None


def _facts(found: CaseFile) -> Iterator[Fact]:
    case = found.case
    yield Fact(gettext("Reference"), case.reference)
    yield Fact(gettext("Place"), case.site.name)
    yield Fact(gettext("Kind"), label("kind", case.kind))
    yield Fact(gettext("Received"), moment(case.received_at))
    yield Fact(gettext("Where it stands"), label("step", case.stage))
    if case.closed_at is not None:
        yield Fact(gettext("Closed"), moment(case.closed_at))
    yield Fact(gettext("This file is of"), moment(clock.utcnow()))


def _conversation(found: CaseFile) -> list[Part]:
    return [_concern(found), *(_message(found, one) for one in found.messages)]


def _concern(found: CaseFile) -> Said:
    told = found.case.statement
    without = gettext("Erased.") if found.case.erased_at is not None else gettext("Sent without words.")
    parts = [told.what_happened or without]
    for question, words in (
        (gettext("Where"), told.where_it_happened),
        (gettext("When"), told.when_it_happened),
        (gettext("What would make it right"), told.what_would_make_it_right),
    ):
        if words:
            parts.append(f"{question}: {words}")
    return Said(found.case.received_at, _you(found), "\n\n".join(parts), by_person=True, files=_files(found, None))


def _message(found: CaseFile, one: Message) -> Said:
    by_person = one.writer is Writer.PERSON
    author = _you(found) if by_person else gettext("Community office")
    return Said(one.written_at, author, one.words or gettext("(files only)"), by_person, _files(found, one.id))


def _corrections(found: CaseFile) -> Iterator[Part]:
    for row in found.rights.corrections:
        yield Said(row.asked_at, _you(found), "\n\n".join(filter(None, [row.words, row.right_words])), by_person=True)
        if row.answered_at is not None:
            seen = gettext("We see it like this, too.") if row.is_accepted else gettext("We do not see it like this.")
            words = f"{seen}\n\n{row.answer_words}"
            yield Said(row.answered_at, gettext("Community office"), words, by_person=False)


def _files(found: CaseFile, message_id: uuid.UUID | None) -> list[str]:
    """Files by number and size: their names say too much, and their pictures more, for paper that gets lost."""
    sizes = enumerate(found.sizes.get(message_id, ()), 1)
    return [gettext("File %(number)d, %(size)s", number=number, size=size(count)) for number, count in sizes]


def _proposals(found: CaseFile) -> Iterator[Chapter]:
    for offer in found.proposals:
        title = gettext("Proposal %(number)d, %(day)s", number=offer.number, day=day(offer.sent_at))
        yield Chapter(title, [*_offer(found, offer), *_answer(found, offer)])


def _offer(found: CaseFile, offer: Proposal) -> Iterator[Part]:
    told = [label("finding_told", offer.finding), offer.why_not_investigated]
    told.append(label("involvement_told", offer.involvement) if offer.involvement else None)
    yield Fact(gettext("What we found"), "\n\n".join(filter(None, [offer.shared_findings, *told])))
    for remedy in offer.remedies:
        due = gettext("by %(day)s", day=day(remedy.due_at))
        paid = [money.written(remedy.money)] if remedy.money is not None and remedy.id in found.sums else []
        words = "\n".join([f"{remedy.words} ({due})", *paid, *_what_became(remedy)])
        yield Fact(
            gettext("%(number)d. %(what)s", number=remedy.number, what=term("remedies", remedy.type_code)), words
        )


def _what_became(remedy: Remedy) -> Iterator[str]:
    if remedy.finished_at is not None:
        yield gettext("Done on %(day)s: %(how)s", day=day(remedy.finished_at), how=remedy.evidence or "")
    if remedy.confirmed is not None:
        said = gettext("Confirmed as put right") if remedy.confirmed else gettext("Said not to be put right")
        yield f"{said}, {day(remedy.confirmed_at)}"
        if remedy.confirmation_words:
            yield remedy.confirmation_words


def _answer(found: CaseFile, offer: Proposal) -> Iterator[Part]:
    if offer.answer is not None and offer.answered_at is not None:
        words = "\n\n".join(filter(None, [label("answer", offer.answer), offer.answer_words]))
        yield Said(offer.answered_at, _you(found), words, by_person=True)
    elif offer.respond_by is not None and found.case.their_turn and offer is found.proposals[-1]:
        yield Line(gettext("It waits for an answer until %(day)s.", day=day(offer.respond_by)))
    else:
        yield Line(gettext("It was not answered."))


def _appeals(found: CaseFile) -> Iterator[Part]:
    for appeal in found.appeals:
        words = appeal.words or gettext("The person gave no words.")
        late = gettext("Why it came late: %(words)s", words=appeal.late_reason) if appeal.late_reason else None
        yield Said(appeal.lodged_at, _you(found), "\n\n".join(filter(None, [words, late])), by_person=True)
        yield from _decision(appeal)


def _decision(appeal: Appeal) -> Iterator[Part]:
    if appeal.decided_at is None:
        yield Line(gettext("The panel has not decided."))
    else:
        words = f"{label('outcome', appeal.outcome)}.\n\n{appeal.decision}"
        yield Said(appeal.decided_at, gettext("Appeal panel"), words, by_person=False)


def _reviews(found: CaseFile) -> Iterator[Part]:
    for review in found.reviews:
        binding = gettext("What it finds binds the company.") if review.is_binding else ""
        words = "\n\n".join(filter(None, [gettext("We gave it to %(body)s.", body=review.body), review.terms, binding]))
        yield Said(review.referred_at, gettext("Community office"), words, by_person=False)
        if review.reported_at is not None:
            report = f"{label('review_outcome', review.outcome)}.\n\n{review.report}"
            yield Said(review.reported_at, review.body, report, by_person=False)


def _proceedings(found: CaseFile) -> Iterator[Part]:
    for row in found.outside.proceedings:
        facts = ", ".join(filter(None, [label("proceeding", row.kind), row.docket]))
        ended = gettext("How it ended there: %(outcome)s", outcome=row.outcome) if row.outcome else None
        yield Fact(row.body, "\n".join(filter(None, [facts, row.covers, ended])))


def _referrals(found: CaseFile) -> Iterator[Part]:
    states = {
        None: gettext("They have not said yet if they take it."),
        True: gettext("They have taken it."),
        False: gettext("They do not take it. It stays with us."),
    }
    for row in found.outside.referrals:
        yield Fact(row.to_whom, f"{day(row.made_at)}\n{row.words}\n{states[row.is_accepted]}")


def _changes(found: CaseFile) -> Iterator[Part]:
    for row in found.changes:
        done = gettext("done on %(day)s", day=day(row.finished_at)) if row.finished_at else None
        yield Fact(done or gettext("by %(day)s", day=day(row.due_at)), row.shared_words or "")


def _ending(found: CaseFile) -> Iterator[Part]:
    for screening in found.screenings:
        if screening.decided_at is not None:
            place = gettext("You can turn to: %(place)s", place=screening.referral)
            words = f"{screening.words}\n\n{place}"
            yield Said(screening.decided_at, gettext("Community office"), words, by_person=False)
    if found.case.close_type is not None:
        yield Line(term("close_types", found.case.close_type))
        if _is_for_person(found):
            yield Line(gettext("You can still appeal, or open it again."))


def _seen(found: CaseFile) -> Iterator[Part]:
    if found.seen is None:
        return
    for one in found.seen:
        yield Fact(label("role", one.role), gettext(", ").join(day(on) for on in one.days))
    if not found.seen:
        yield Line(gettext("Nobody has opened it yet."))


def _avenues(found: CaseFile) -> Iterator[Part]:
    yield Line(gettext("You need not wait for us, and going elsewhere takes no right from you."))
    for avenue in found.case.site.outside_avenues:
        yield Fact(str(avenue["name"]), str(avenue["contact"]))
    yield Line(
        gettext(
            "In every country: the courts and legal aid, the ombudsman or the human-rights commission, and the "
            "authority for mining, for the environment, for labour or for land."
        )
    )
