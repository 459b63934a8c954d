"""A case in which every column that can be erased says something nobody could guess, and ways to look for it."""

import io
import uuid
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from engage import clock
from engage.domain.case import Identity, Road, Writer
from engage.extensions import db
from engage.models import (
    Appeal,
    Base,
    Deadline,
    Involvement,
    LegalHold,
    Message,
    OutboxMessage,
    Proposal,
    Statement,
    Task,
)
from engage.models.erasable import EMPTIED, of_case
from engage.services import attachments, contact, conversation
from engage.services.contact import Values
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests import states
from tests.states import act, case_of, person_of

CANARY = "zqx"
WORDS, REPLY, NOTE, FILE = "zqxwords", "zqxreply", "zqxnote", "zqxfile"
NAME, MAIL, BYTES = "Zqxname Family", "zqxmail@people.example.org", b"zqxbytes in a file"
# Written by use cases, whose digests the record keeps: the others are filled in by hand.
_BY_USE_CASE = (Statement, Message)


def a_full_case(team: states.Team, *, is_open: bool = False, road: Road = Road.DIRECT) -> str:
    """A case of somebody with a name, in which everything holds words; returns its reference."""
    reference = states.an_implementing_case(team) if is_open else states.a_closed_case(team)
    case_id = case_of(reference).id
    _said(reference, team, road)
    with unit_of_work():
        _fill(case_id, team)
    return reference


def a_spoken_case(team: states.Team, road: Road = Road.DIRECT) -> str:
    """A case that just came in with words, files, a name and an address that nobody could guess."""
    reference = states.a_case(team.site_id, what_happened=f"{WORDS} covers our gardens.", where_it_happened=f"{WORDS}2")
    _said(reference, team, road)
    return reference


def _said(reference: str, team: states.Team, road: Road) -> None:
    person = person_of(reference)
    reach = Values(name=NAME, organisation="zqxorganisation", email=MAIL)
    act(reference, contact.set_contact, identity=Identity.NAMED, road=road, values=reach, actor=person)
    file = attachments.check(io.BytesIO(BYTES), f"{FILE}.txt")
    act(reference, attachments.add_all, [file], writer=Writer.PERSON, actor=person)
    act(reference, conversation.write_as_person, f"{REPLY} of the person.", actor=person)
    act(reference, conversation.note, f"{NOTE} among us.", actor=team.coordinator)


def _fill(case_id: uuid.UUID, team: states.Team) -> None:
    """Give each table that can be erased a row of the case, and put a word of its own into each of its columns."""
    for model, columns in EMPTIED.items():
        if model in _BY_USE_CASE:
            continue
        if db.session.scalar(sa.select(sa.func.count()).select_from(model).where(of_case(model, case_id))) == 0:
            _add(model, case_id, team)
        where = of_case(model, case_id)
        if model is Involvement:
            where = sa.and_(where, Involvement.name.is_not(None))
        if model is OutboxMessage:  # what waits for staff keeps what it shows
            db.session.execute(sa.update(model).where(where).values(sent_at=clock.utcnow()))
        db.session.execute(sa.update(model).where(where).values({name: _word(model, name) for name in columns}))


def _word(model: type[Base], name: str) -> Any:
    word = f"{CANARY}.{model.__tablename__}.{name}"
    if isinstance(model.__table__.c[name].type, sa.JSON):
        return [word] if name == "cleared" else {"said": word}
    return word


def _add(model: type[Base], case_id: uuid.UUID, team: states.Team) -> None:
    """Insert a row of the case with something in each column that needs it."""
    values = {
        column.name: _value(model, column, case_id, team)
        for column in model.__table__.c
        if not column.nullable or column.name == "case_id"
    }
    if model is Involvement:
        values |= {"kind": "department", "name": "x"}
    if model is LegalHold:  # one that is over
        values |= {"lifted_at": clock.utcnow(), "lifted_by_id": team.officer.id}
    db.session.execute(sa.insert(model.__table__).values(values))


def _value(model: type[Base], column: sa.Column[Any], case_id: uuid.UUID, team: states.Team) -> Any:
    if column.name == "case_id":
        return case_id
    for key in column.foreign_keys:
        table = key.column.table.name
        if table in ("staff_user", "site"):
            return team.officer.id if table == "staff_user" else team.site_id
        parent = {one.__tablename__: one for one in (Deadline, Message, Task, Appeal, Proposal)}[table]
        if (found := db.session.scalar(sa.select(parent.id).where(parent.case_id == case_id).limit(1))) is not None:
            return found
        _add(parent, case_id, team)
        return db.session.scalars(sa.select(parent.id).where(parent.case_id == case_id)).first()
    return _plain(column)


def _plain(column: sa.Column[Any]) -> Any:
    kind = column.type
    if isinstance(kind, sa.Enum):
        return next(iter(kind.enum_class)) if kind.enum_class else kind.enums[0]
    if isinstance(kind, sa.String):
        return {"purpose": "talks", "phase": "final"}.get(column.name, uuid.uuid4().hex)
    plain = {sa.Uuid: uuid.uuid4(), sa.Boolean: False, sa.Integer: 1, sa.JSON: []}
    return next((value for one, value in plain.items() if isinstance(kind, one)), datetime(2026, 3, 2, tzinfo=UTC))


def rows_with_canaries() -> set[str]:
    """Every table and column of the database in which one of the words stands, whatever the models say of it."""
    found: set[str] = set()
    db.session.rollback()
    for table in sa.inspect(db.engine).get_table_names():
        for row in db.session.execute(sa.text(f'SELECT * FROM "{table}"')).mappings():
            found |= {f"{table}.{name}" for name, value in row.items() if _holds_canary(value)}
    return found


def _holds_canary(value: Any) -> bool:
    raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
    return CANARY.encode() in raw.lower()


def files_with_canaries() -> list[str]:
    """Every file in the store that holds one of the words."""
    folder = settings().VAR / "files"
    return [str(path) for path in folder.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes().lower()]
