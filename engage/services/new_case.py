"""A case with everything it begins with, put together before any of it is in the database."""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from engage import clock, vault
from engage.domain import receipts
from engage.domain.case import Identity, Kind, Road, class_of
from engage.domain.events import CaseReceived
from engage.domain.lifecycle import Stage
from engage.domain.policy import Actor, Party
from engage.extensions import db
from engage.models import Case, CaseEvent, Deadline, Site, Statement
from engage.services import deadlines
from engage.services.chain import GENESIS
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
    site: Site,
    rule_set_id: uuid.UUID,
    submission: str,
    received_at: datetime,
    taker: Actor | None,
) -> NewCase:
    """Return a new case at the site, received at the instant; `submission` is the keyed hash of its form's token.

    `taker` is who took it down, None where the person sent it. No row of it is in the session yet.
    """
    case = _case(concern, site, rule_set_id, submission, received_at, taker)
    actor = taker or Actor(id=None, party=Party.PERSON, case_id=case.id)
    statement = _statement(case, concern)
    event = CaseReceived(channel=case.channel, kind_of_case=case.kind.value, on_behalf=case.on_behalf)
    owed = deadlines.rows_at_receipt(case)
    row = append(case, event, actor=actor, content=digest_of_statement(statement))
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


# Built once for either database: a case that is there already is left as it is. Its columns are named, so that what
# the case does not say yet is NULL or the column's default, and every submission sends the same statement.
_TABLE = cast(Table, Case.__table__)
_COLUMNS = {attribute.columns[0].key: attribute.key for attribute in inspect(Case).column_attrs}
_DEFAULTS = {
    column.key: column.default.arg
    for column in _TABLE.columns
    if isinstance(column.default, ScalarElementColumnDefault)
}
_NEW_CASE = {
    name: insert(_TABLE).on_conflict_do_nothing().execution_options(preserve_rowcount=True)  # else psycopg says -1
    for name, insert in (("postgresql", postgresql.insert), ("sqlite", sqlite.insert))
}


def inserted(case: Case) -> bool:
    """Insert the case and let the session hold it; False when there is one with its submission or its reference."""
    stated = {column: case.__dict__.get(key) for column, key in _COLUMNS.items()}
    values = {column: _DEFAULTS.get(column) if value is None else value for column, value in stated.items()}
    connection = db.session.connection()
    if connection.execute(_NEW_CASE[connection.dialect.name], values).rowcount == 0:
        return False
    for column, key in _COLUMNS.items():
        set_committed_value(case, key, values[column])
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
