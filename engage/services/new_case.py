"""A case with everything it begins with, put together before any of it is in the database."""

import secrets
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from engage import clock, vault
from engage.domain import receipts
from engage.domain.case import Identity, Kind, Road, class_of
from engage.domain.events import CaseReceived
from engage.domain.lifecycle import Stage
from engage.domain.policy import Actor, Party
from engage.extensions import db
from engage.models import Case, CaseEvent, Deadline, Site, Statement
from engage.services import deadlines, news
from engage.services.chain import GENESIS
from engage.services.new_rows import NewRow, columns_of, insert_unless_there, row_of
from engage.services.sites import Place
from engage.services.timeline import append, digest_of

TITLE_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Concern:
    """What came in. Only one of words and files is needed; everything else may be missing."""

    what_happened: str = ""
    kind: Kind = Kind.GRIEVANCE
    where_it_happened: str | None = None
    when_it_happened: str | None = None
    what_would_make_it_right: str | None = None
    own_view: str | None = None  # how bad it is for the person: little, much, very
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
    wants_originals: bool = False  # files as they came, though the person gives no name
    read_back: bool | None = None


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case with all that it begins with, none of it in the database yet."""

    case: Case
    statement: Statement
    owed: Sequence[Deadline]
    event: CaseReceived
    row: CaseEvent
    actor: Actor


def of(
    concern: Concern,
    place: Place,
    submission: str,
    received_at: datetime,
    taker: Actor | None,
) -> NewCase:
    """Return a new case at the place, received at the instant; `submission` is the keyed hash of its form's token.

    `taker` is who took it down, None where the person sent it. No row of it is in the session yet.
    """
    case = _case(concern, place.site, place.rule_set_id, submission, received_at, taker)
    actor = taker or Actor(id=None, party=Party.PERSON, case_id=case.id)
    statement = _statement(case, concern)
    event = CaseReceived(channel=case.channel, kind_of_case=case.kind.value, on_behalf=case.on_behalf)
    owed = deadlines.rows_at_receipt(case)
    case.news_due_at = news.due_after(case, clock.utcnow())
    row = append(case, event, actor=actor, at=place.at, content=digest_of_statement(statement))
    return NewCase(case, statement, owed, event, row, actor)


def _case(
    concern: Concern,
    site: Site,
    rule_set_id: uuid.UUID,
    submission: str,
    received_at: datetime,
    taker: Actor | None,
) -> Case:
    now = clock.utcnow()
    case = Case(
        id=uuid.uuid4(),
        reference=receipts.reference_from(secrets.token_bytes(8), site_code=site.code, year=now.year),
        submission_digest=submission,
        site_id=site.id,
        rule_set_id=rule_set_id,
        kind=concern.kind,
        stage=Stage.RECEIVED,
        class_=class_of(concern.identity, category=concern.category, subcategory=None, harms_child=concern.harms_child),
        identity=concern.identity,
        road=concern.road,
        channel=concern.channel,
        speaks_as=concern.speaks_as,
        own_view=concern.own_view,
        on_behalf=concern.on_behalf,
        is_collective=concern.is_collective,
        category=concern.category,
        harms_child=concern.harms_child,
        fact_codes=[],
        locale=concern.locale,
        received_at=received_at,
        recorded_at=now,
        recorded_by_id=taker.id if taker else None,
        read_back=concern.read_back,
        flagged=concern.flagged,
        version=0,
        head_hash=GENESIS,
    )
    # Nobody has appealed it, and it is about none of us, as far as anyone knows.
    set_committed_value(case, "appeals", [])
    set_committed_value(case, "subjects", [])
    return case


def inserted(case: Case, rows: Iterable[NewRow]) -> bool:
    """Insert the case with the rows that belong to it, and let the session hold it.

    False, and nothing is changed, when there is one with its submission or its reference.
    """
    if not insert_unless_there(row_of(case), rows):
        return False
    for _, key, default in columns_of(Case):
        if case.__dict__.get(key) is None:  # else it would be read from the row when it is next asked for
            set_committed_value(case, key, default)
    make_transient_to_detached(case)
    db.session.add(case)
    return True


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
    return line[: TITLE_LENGTH + 1].rsplit(" ", 1)[0][:TITLE_LENGTH].rstrip(".,;:…") + "…"


def digest_of_statement(statement: Statement) -> str:
    """Return the salted digest under which the record keeps the person's words."""
    return digest_of(
        statement.salt,
        statement.what_happened,
        statement.where_it_happened,
        statement.when_it_happened,
        statement.what_would_make_it_right,
    )
