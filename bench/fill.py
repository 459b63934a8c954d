"""Many cases, fast: a few dozen prototypes go their roads through the real use cases and are then copied inside the
database, row for row in every table that hangs on a case, so that the copies always have the shape of the real thing.
"""

import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from engage import clock
from engage.domain.lifecycle import Stage
from engage.domain.severity import Level
from engage.extensions import db
from engage.models import Case, OutboxMessage, Remedy, StaffUser
from engage.services import answers, conversation, endings, intake, passwords, proposals, triage
from engage.services.intake import Concern
from engage.unit_of_work import unit_of_work
from tests import states

PASSWORD = "a long password of the benchmark"  # noqa: S105 - of an account that lives for some minutes
# Of a hundred cases so many are closed, as after some years of service.
CLOSED_OF_HUNDRED = 70
OPEN_FOR, CLOSED_FOR = timedelta(days=21), timedelta(days=900)  # how far back the copies reach
WORDS = (
    "Dust from the haul road settles on our gardens and on the washing. Trucks pass until late at night. "
    "We asked twice that the road be watered and nobody came. The children cough."
)
ANSWER = "Thank you. We measured the dust on three days and will water the road twice a day from next week."
# Columns of these names point at staff although no constraint says so; a copy keeps them.
_KEPT = frozenset({"actor_id", "user_id"})
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class World:
    """What the pages are asked with: a sign-in, the case it opens, and the code of that case's person."""

    email: str
    reference: str
    code: str


def make_prototypes(app: Flask) -> World:
    """Make two sites with their staff and 36 cases on every part of the road; return what to visit them with."""
    with app.app_context():
        with clock.at(clock.utcnow() - CLOSED_FOR):
            teams = [states.Team("BOR"), states.Team("ZAM")]
        _give_password(teams[0].coordinator.id)
        for age in range(12):
            for team, share in ((teams[0], 2), (teams[1], 1)):
                for turn in range(share):
                    _prototype(team, age * 3 + turn, age)
        world = _visited(teams[0])
        with unit_of_work():  # no worker runs beside the measurements, and old cases owe no mails
            db.session.execute(sa.update(OutboxMessage).values(sent_at=OutboxMessage.created_at, road="email"))
        db.session.remove()
        db.engine.dispose()
        return world


def copy(url: str, count: int, closed_of_hundred: int = CLOSED_OF_HUNDRED) -> None:
    """Copy the prototypes until there are so many cases. Their times reach back, so that due dates lie all around."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    metadata = sa.MetaData()
    metadata.reflect(engine)
    with engine.begin() as connection:
        _plan(connection, count, count * closed_of_hundred // 100)
    sources = {table: source for table in metadata.sorted_tables if (source := _source(table))}
    with engine.begin() as connection:
        taken_off = [Guard(*row) for row in connection.execute(sa.text(_GUARDS))]
        for guard in reversed(taken_off):
            connection.execute(sa.text(guard.take_off))
    _all_of(engine, [_copying(table, sources[table]) for table in sources])
    for kind in dict.fromkeys(guard.kind for guard in taken_off):
        _all_of(engine, [guard.put_on for guard in taken_off if guard.kind == kind])
    _all_of(engine, ["DROP TABLE copy"])
    engine.dispose()


@dataclass(frozen=True, slots=True)
class Guard:
    """A constraint or index: how it is taken off before the copying and put on again, which takes less time."""

    kind: int
    take_off: str
    put_on: str


# Keys first, then other indexes, then foreign keys, which hold in what is copied and so in the copies.
_GUARDS = """
    SELECT CASE contype WHEN 'f' THEN 3 ELSE 1 END,
        format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
        format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
            || CASE contype WHEN 'f' THEN ' NOT VALID' ELSE '' END
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('p', 'u', 'f')
    UNION ALL
    SELECT 2, format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE relnamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))
    ORDER BY 1
"""


def _all_of(engine: sa.Engine, statements: Sequence[str]) -> None:
    """Run the statements, two at a time, each in a transaction of its own."""

    def run(statement: str) -> None:
        with engine.begin() as connection:
            connection.execute(sa.text("SET LOCAL synchronous_commit = off"))
            connection.execute(sa.text("SET LOCAL maintenance_work_mem = '256MB'"))
            connection.execute(sa.text(statement))

    with ThreadPoolExecutor(max_workers=2) as threads:
        list(threads.map(run, statements))


def _prototype(team: states.Team, number: int, age: int) -> None:
    """One case that is some days old and went a part of the road, one step a day."""
    began = clock.utcnow() - timedelta(days=age, hours=number % 7)
    steps = [_acknowledge, _talk, _assess, _propose, _answer, _finish][: number % 7]
    with clock.at(began):
        reference = states.a_case(team.site_id, what_happened=WORDS, where_it_happened="Haul road, by the school")
    for day, step in enumerate(steps, start=1):
        with clock.at(min(began + timedelta(days=day), clock.utcnow())):
            step(team, reference)


def _acknowledge(team: states.Team, reference: str) -> None:
    states.act(reference, triage.acknowledge, actor=team.coordinator)


def _talk(team: states.Team, reference: str) -> None:
    person = states.person_of(reference)
    for _ in range(2):
        states.act(reference, conversation.reply, ANSWER, actor=team.coordinator)
        states.act(reference, conversation.write_as_person, WORDS, actor=person)
    states.act(reference, conversation.note, "Spoke with the road crew.", actor=team.coordinator)


def _assess(team: states.Team, reference: str) -> None:
    states.act(reference, triage.assess, states.assessment(Level.LOW), actor=team.coordinator)
    states.act(reference, triage.assign, team.officer.id, actor=team.coordinator)


def _propose(team: states.Team, reference: str) -> None:
    states.look_into(reference, team.officer)
    states.act(reference, proposals.propose, states.offer("Water the road.", "Move the stop."), actor=team.officer)


def _answer(_team: states.Team, reference: str) -> None:
    states.act(reference, answers.accept, actor=states.person_of(reference))


def _finish(team: states.Team, reference: str) -> None:
    for remedy_id in db.session.scalars(sa.select(Remedy.id).join(Case).where(Case.reference == reference)).all():
        states.act(reference, endings.finish_remedy, remedy_id, "Photo of the water truck.", actor=team.officer)
        states.act(reference, answers.confirm_remedy, remedy_id, confirmed=True, actor=states.person_of(reference))
    states.act(reference, endings.verify, actor=team.officer)


def _visited(team: states.Team) -> World:
    """The case that the pages show: a proposal lies with the person, after a conversation."""
    began, token = clock.utcnow() - timedelta(days=9), intake.new_token()
    with clock.at(began), unit_of_work():
        received = intake.submit(token, Concern(WORDS, where_it_happened="Haul road"), site_id=team.site_id)
    for day, step in enumerate((_acknowledge, _talk, _assess, _propose), start=1):
        with clock.at(began + timedelta(days=day)):
            step(team, received.reference)
    assert received.code is not None
    return World(db.session.get_one(StaffUser, team.coordinator.id).email, received.reference, received.code)


def _give_password(user_id: uuid.UUID | None) -> None:
    with unit_of_work():
        db.session.get_one(StaffUser, user_id).password_hash = passwords.hashed(PASSWORD)


def _plan(connection: sa.Connection, count: int, closed: int) -> None:
    """Write down each copy to be made: of which case, the how-manieth, and how far back."""
    connection.execute(
        sa.text(
            """
            CREATE UNLOGGED TABLE copy AS
            WITH kind AS (
                SELECT id AS case_id, stage = :closed AS is_closed,
                    row_number() OVER (PARTITION BY stage = :closed ORDER BY id) - 1 AS place,
                    count(*) OVER (PARTITION BY stage = :closed) AS places
                FROM "case"
            )
            SELECT case_id, n, row_number() OVER (ORDER BY n, case_id) AS serial,
                CASE WHEN is_closed THEN :closed_for * (n * 7919 % 10007) / 10007.0
                    ELSE :open_for * (n * 7919 % 10007) / 10007.0 END AS back
            FROM kind CROSS JOIN LATERAL generate_series(
                1, (CASE WHEN is_closed THEN :closed_count ELSE :open_count END - place - 1) / places
            ) AS n
            """
        ),
        {
            "closed": Stage.CLOSED.value,
            "closed_for": CLOSED_FOR,
            "open_for": OPEN_FOR,
            "closed_count": closed,
            "open_count": count - closed,
        },
    )
    connection.execute(sa.text("CREATE INDEX ON copy (case_id)"))


def _source(table: sa.Table) -> str | None:
    """From where a table's rows are copied, joined with the plan; None where no row hangs on a case."""
    if table.name == Case.__tablename__:
        return 'FROM "case" AS t JOIN copy ON copy.case_id = t.id'
    if "case_id" in table.c:
        return f'FROM "{table.name}" AS t JOIN copy ON copy.case_id = t.case_id'
    for key in table.foreign_keys:
        if "case_id" in key.column.table.c:
            parent = key.column.table.name
            joined = f'JOIN "{parent}" AS p ON p.id = t."{key.parent.name}"'
            return f'FROM "{table.name}" AS t {joined} JOIN copy ON copy.case_id = p.case_id'
    return None


def _copying(table: sa.Table, source: str) -> str:
    columns = [column for column in table.c if column.identity is None and column.computed is None]
    names = ", ".join(f'"{column.name}"' for column in columns)
    values = ", ".join(_copied(table, column) for column in columns)
    return f'INSERT INTO "{table.name}" ({names}) SELECT {values} {source}'


def _copied(table: sa.Table, column: sa.Column[object]) -> str:
    """The value of a column in a copy: ids and secrets become others, instants move back, the rest stays."""
    value = f't."{column.name}"'
    if isinstance(column.type, sa.Uuid):
        stays = column.name in _KEPT or any(_source(key.column.table) is None for key in column.foreign_keys)
        return value if stays else f"md5({value}::text || copy.n)::uuid"
    if isinstance(column.type, sa.DateTime):
        return f"{value} - copy.back"
    if column.name == "reference":
        return f"split_part({value}, '-', 1) || '-25-' || {_code()}"  # another year than the prototypes' own
    if _is_unique(table, column):
        return f"md5({value} || copy.n)"
    return value


def _code() -> str:
    """Five characters of which no two copies share the same: a permutation of the numbers below 32 ** 5."""
    scattered = f"(copy.serial * 48271 % {32**5 - 39})"
    digits = (f"substr('{_ALPHABET}', ({scattered} / {32**place} % 32)::int + 1, 1)" for place in range(5))
    return " || ".join(digits)


def _is_unique(table: sa.Table, column: sa.Column[object]) -> bool:
    if [key.name for key in table.primary_key] == [column.name]:
        return True
    return any(
        isinstance(held, sa.UniqueConstraint) and [each.name for each in held.columns] == [column.name]
        for held in table.constraints
    )
