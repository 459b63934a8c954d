"""Whether what lies in the store for each file is what came.

Read after the record, and a few rows at a time: going through all bytes takes far longer than a database should be made
to hold one state. So what does not fit is looked at once more, since it may have been erased or sealed meanwhile.
"""

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select

from engage.extensions import db
from engage.key_ring import NoRing
from engage.models import Case, Original
from engage.services import file_store
from engage.services.file_store import Row
from engage.unit_of_work import end_reading

_BATCH = 200  # Ours: rows that are held in memory together.


def strange_files() -> Iterator[str]:
    """Return what is missing in the store, or is not what came: "case BOR-26-7K3QX: file … is missing".

    Without the ring nothing that is sealed can be looked at, which is said once, at the end.
    """
    closed: list[NoRing] = []
    for kind in file_store.KINDS:
        for reference, row in _rows(kind):
            try:
                problem = _problem(row) and _problem_now(kind, row.id)
            except NoRing as error:
                closed.append(error)
                continue
            if problem:
                yield f"case {reference}: file {row.id} {'as it came ' if kind is Original else ''}{problem}"
    if closed:
        yield f"{len(closed)} files could not be looked at. {closed[-1]}"


def _rows(kind: type[Row]) -> Iterator[tuple[str, Row]]:
    """The rows with the references of their cases. No transaction is open while one of them is looked at."""
    last: uuid.UUID | None = None
    while True:
        wanted = select(Case.reference, kind).join(Case, Case.id == kind.case_id).order_by(kind.id).limit(_BATCH)
        found: Sequence[Any] = db.session.execute(wanted if last is None else wanted.where(kind.id > last)).all()
        db.session.expunge_all()
        end_reading()
        for reference, row in found:
            last = row.id
            yield reference, row
        if len(found) < _BATCH:
            return


def _problem(row: Row) -> str | None:
    try:
        held = file_store.digest_on_disk(row)
    except OSError:
        return "cannot be read"
    if held is None:
        return "is missing"
    return None if held == row.sha256 else "is not the one that came"


def _problem_now(kind: type[Row], row_id: uuid.UUID) -> str | None:
    """The same of the row as it is by now; None where it was erased meanwhile."""
    row: Any = db.session.get(kind, row_id)
    try:
        return _problem(row) if row is not None else None
    finally:
        db.session.expunge_all()
        end_reading()
