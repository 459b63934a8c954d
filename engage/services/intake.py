"""A concern comes in: from the person through the form, or taken down by staff."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from engage import clock, vault
from engage.domain import receipts
from engage.domain.case import Identity, Kind, Road, class_of
from engage.domain.events import CaseReceived
from engage.domain.lifecycle import Stage
from engage.domain.policy import Actor, NotAllowed, Party, Role
from engage.extensions import db
from engage.models import Case, Receipt, Site, Statement
from engage.services import deadlines, sites
from engage.services.timeline import digest_of, record

TITLE_LENGTH = 80
CODE_SHOWN_FOR = timedelta(hours=24)  # Source: product 5, receipt code.
# Who may take down a concern for somebody. Source: product 6.
TAKERS = (Role.LIAISON, Role.COORDINATOR, Role.OFFICER, Role.APPROVER, Role.FOCAL)


@dataclass(frozen=True, slots=True)
class Concern:
    """What came in. Only one of words and files is needed; everything else may be missing."""

    what_happened: str = ""
    kind: Kind = Kind.GRIEVANCE
    where_it_happened: str | None = None
    when_it_happened: str | None = None
    what_would_make_it_right: str | None = None
    speaks_as: str | None = None
    on_behalf: bool = False
    is_collective: bool = False
    category: str | None = None
    harms_child: bool = False
    locale: str = "en"
    channel: str = "web"
    identity: Identity = Identity.ANONYMOUS
    road: Road = Road.NONE
    flagged: bool = False
    read_back: bool | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """What the person is given: the code only while it may still be shown."""

    case_id: uuid.UUID
    reference: str
    code: str | None
    is_new: bool


def new_token() -> str:
    """Return a fresh token for a form: 128 random bits, from which the receipt code is derived."""
    return secrets.token_hex(16)


def submit(token: str, concern: Concern, *, site_id: uuid.UUID | None = None) -> Received:
    """Make a case of the concern, or find the one that the same form made before.

    A double click, a reload or a resend carries the same token and is answered with the same case, and with the same
    code until the code's first use or for 24 hours. Without a site the case waits at the group intake.
    """
    now = clock.utcnow()
    return _receive(token, concern, sites.for_intake(site_id), received_at=now, taker=None)


def take_down(token: str, concern: Concern, *, site_id: uuid.UUID, received_at: datetime, actor: Actor) -> Received:
    """Make a case of what somebody told a member of staff. Clocks run from the day anyone of us was told (R08).

    The operator sees the code, so the person must change it at its first use.

    Raises:
        NotAllowed: the actor takes down no concerns at this site.
    """
    if not any(actor.has(role, site_id) for role in TAKERS):
        raise NotAllowed("take_down")
    return _receive(token, concern, sites.for_intake(site_id), received_at=received_at, taker=actor)


def _receive(token: str, concern: Concern, site: Site, *, received_at: datetime, taker: Actor | None) -> Received:
    raw = bytes.fromhex(token)
    submission = vault.digest(raw, vault.TOKEN)
    if found := db.session.scalar(select(Case).where(Case.submission_digest == submission)):
        return Received(found.id, found.reference, _code_still_shown(found, raw), is_new=False)
    case = _new_case(concern, site, submission, received_at, taker)
    statement = _statement(case, concern)
    code = vault.code_for(raw)
    db.session.add_all(
        [
            case,
            statement,
            Receipt(
                case_id=case.id,
                code_digest=vault.digest(code, vault.CODE),
                must_change=taker is not None,
                made_at=case.recorded_at,
            ),
        ]
    )
    db.session.flush()
    record(
        case,
        CaseReceived(channel=case.channel, kind_of_case=case.kind.value, on_behalf=case.on_behalf),
        actor=taker or Actor(id=None, party=Party.PERSON, case_id=case.id),
        content=digest_of_statement(statement),
    )
    deadlines.open_at_receipt(case)
    return Received(case.id, case.reference, code, is_new=True)


def _new_case(concern: Concern, site: Site, submission: str, received_at: datetime, taker: Actor | None) -> Case:
    now = clock.utcnow()
    return Case(
        id=uuid.uuid4(),
        reference=_new_reference(site, now),
        submission_digest=submission,
        site_id=site.id,
        rule_set_id=sites.rule_set_in_force(site.id, now).id,
        kind=concern.kind,
        stage=Stage.RECEIVED,
        class_=class_of(concern.identity, category=concern.category, subcategory=None, harms_child=concern.harms_child),
        identity=concern.identity,
        road=concern.road,
        channel=concern.channel,
        speaks_as=concern.speaks_as,
        on_behalf=concern.on_behalf,
        is_collective=concern.is_collective,
        category=concern.category,
        harms_child=concern.harms_child,
        locale=concern.locale,
        received_at=received_at,
        recorded_at=now,
        recorded_by_id=taker.id if taker else None,
        read_back=concern.read_back,
        flagged=concern.flagged,
        version=0,
    )


def _statement(case: Case, concern: Concern) -> Statement:
    return Statement(
        case_id=case.id,
        salt=vault.salt(),
        what_happened=concern.what_happened,
        where_it_happened=concern.where_it_happened,
        when_it_happened=concern.when_it_happened,
        what_would_make_it_right=concern.what_would_make_it_right,
        title=title_of(concern.what_happened),
    )


def title_of(words: str) -> str:
    """Return the first words of a concern, for lists; empty when only a recording or a photo speaks."""
    line = " ".join(words.split())
    if len(line) <= TITLE_LENGTH:
        return line
    return line[: TITLE_LENGTH + 1].rsplit(" ", 1)[0][:TITLE_LENGTH] + "…"


def digest_of_statement(statement: Statement) -> str:
    """Return the salted digest under which the record keeps the person's words."""
    return digest_of(
        statement.salt,
        statement.what_happened,
        statement.where_it_happened,
        statement.when_it_happened,
        statement.what_would_make_it_right,
    )


def _new_reference(site: Site, now: datetime) -> str:
    """A reference nobody has yet: 33 million a site and year, so a second draw is rare."""
    while True:
        reference = receipts.reference_from(secrets.token_bytes(8), site_code=site.code, year=now.year)
        if db.session.scalar(select(Case.id).where(Case.reference == reference)) is None:
            return reference


def _code_still_shown(case: Case, raw: bytes) -> str | None:
    """The code of a form that is sent again, while nobody used it and it is younger than a day."""
    code = vault.code_for(raw)
    receipt = db.session.scalar(select(Receipt).where(Receipt.code_digest == vault.digest(code, vault.CODE)))
    if receipt is None or receipt.first_used_at is not None or receipt.ended_at is not None:
        return None
    return code if clock.utcnow() < receipt.made_at + CODE_SHOWN_FOR else None
