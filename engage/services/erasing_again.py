"""After an older copy of the database was put back: what was erased since is erased again, by a list kept elsewhere.

The list holds ids of cases, scopes, rules and instants, and nothing by which anybody is known.
"""

import json
import uuid
from collections.abc import Iterable
from typing import IO

from sqlalchemy import select

from engage.domain.events import CaseWithdrawn
from engage.domain.lifecycle import Action, Stage
from engage.domain.policy import SYSTEM
from engage.domain.retention import Scope
from engage.extensions import db
from engage.models import Case, Tombstone
from engage.services import cases, erasing
from engage.services.timeline import record
from engage.unit_of_work import unit_of_work

FORMAT = "engage-erased-1"


class NoList(ValueError):
    """The file is none of ours. Nothing was erased."""


def write(file: IO[str]) -> int:
    """Write what was erased so far, one JSON array a line, and return how many lines follow the first."""
    file.write(json.dumps([FORMAT]) + "\n")
    rows = db.session.scalars(select(Tombstone).order_by(Tombstone.erased_at, Tombstone.case_id)).all()
    for row in rows:
        file.write(json.dumps([str(row.case_id), row.scope.value, row.rule, row.erased_at.isoformat()]) + "\n")
    return len(rows)


def erase_again(lines: Iterable[str]) -> int:
    """Erase what the list has and the database holds still, and return how much that was. Safe to run twice.

    A case that was open when the copy was made was withdrawn by its person before it was erased, and is so again.
    Opens a unit of work per line. A case that the copy does not know is passed over.

    Raises:
        NoList: the first line is not that of a list, or a line cannot be read.
    """
    wanted = _read(lines)
    count = 0
    for case_id, scope, rule in wanted:
        with unit_of_work():
            if db.session.get(Case, case_id) is not None:
                count += _erase(case_id, scope, rule)
    erasing.settle()
    return count


def _erase(case_id: uuid.UUID, scope: Scope, rule: str) -> bool:
    case = cases.lock_own(case_id)
    if scope is Scope.EVERYTHING and case.stage is not Stage.CLOSED:
        cases.finish(case, Action.WITHDRAW, "withdrawn")
        record(case, CaseWithdrawn(), actor=SYSTEM)
    return erasing.erase(case, scope, rule, actor=SYSTEM)


def _read(lines: Iterable[str]) -> list[tuple[uuid.UUID, Scope, str]]:
    """Return the whole list before anything is erased by it."""
    try:
        first, *rows = [json.loads(line) for line in lines if line.strip()]
        found = [(uuid.UUID(case_id), Scope(scope), str(rule)) for case_id, scope, rule, _ in rows]
    except (ValueError, TypeError, AttributeError) as error:
        raise NoList("a line cannot be read") from error
    if first != [FORMAT]:
        raise NoList("it does not begin like a list of what was erased")
    return found
