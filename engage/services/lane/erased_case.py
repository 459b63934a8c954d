"""Taking away everything that a case holds beside its record, whatever table it lies in."""

import uuid
from collections.abc import Mapping

from sqlalchemy import Column, ColumnElement, Table, delete, or_, select

from engage.domain.case import Identity, Road
from engage.extensions import db
from engage.models import Access, Base, Case, CaseEvent, CaseHead, LaneReport, PenGuess, SmsThread
from engage.models.base import table_of
from engage.services import file_store, search_index
from engage.unit_of_work import after_commit

# What stays: the case itself with codes that say nothing, and what nobody may change. And for some weeks the keyed hash
# of a number that texts went to: by it her next text comes to the focal points, and not to whoever sorts mail.
# And which mail of others may belong to it: by that, nobody whom the report is about reads that mail.
_KEPT = frozenset(table_of(one).name for one in (Case, CaseEvent, Access, CaseHead, SmsThread, PenGuess, LaneReport))
# What a case says of its person and of what happened, each with what is left of it.
_FORGOTTEN: Mapping[str, object] = {
    "identity": Identity.ANONYMOUS,
    "road": Road.NONE,
    "speaks_as": None,
    "on_behalf": False,
    "is_collective": False,
    "read_back": None,
    "category": None,
    "subcategory": None,
    "level": None,
    "level_actual": None,
    "level_potential": None,
    "ongoing_harm": False,
    "harms_child": False,
    "danger": None,
    "complexity": None,
    "retaliation_risk": None,
    "retaliation_likelihood": None,
    "retaliation_severity": None,
    "retaliation_stage": None,
    "incident": None,
    "own_view": None,
    "assignee_id": None,
    "next_due_at": None,
    "next_promise": None,
    "their_turn": False,
    "could_not_reach": False,
    "unread_reply": False,
    "owes_explanation": False,
    "panel_offered": False,
    "news_due_at": None,
    "news_task_id": None,
    "root_cause": None,
    "further_causes": None,
}


def erase(case: Case) -> None:
    """Erase words, files, identity, contact, dates, pauses, tasks and notices of the case; nothing of it is owed then.

    Its record stays and holds: it keeps digests, and the salts are gone with the words. Files leave the disk after the
    commit.
    """
    stored = file_store.names_of(case.id)
    after_commit(lambda: _discard(stored))
    search_index.forget(case.id)
    for name, value in _FORGOTTEN.items():
        setattr(case, name, value)
    case.fact_codes = []
    db.session.flush()
    owned = _owned()
    for table in reversed(Base.metadata.sorted_tables):
        if table.name in owned:
            db.session.execute(delete(table).where(_of_case(table, case.id, owned)))
    db.session.expire_all()


def _discard(stored: list[str]) -> None:
    for name in stored:
        file_store.discard(name)


def _owned() -> dict[str, list[tuple[Column[object], Column[object]]]]:
    """Every table with rows that belong to a case, by the columns that say to which, its own or through another."""
    owned: dict[str, list[tuple[Column[object], Column[object]]]] = {}
    for table in Base.metadata.sorted_tables:  # whatever is pointed at comes first
        if table.name in _KEPT:
            continue
        ways = [(key.parent, key.column) for key in sorted(table.foreign_keys, key=lambda key: key.parent.name)]
        leading = [way for way in ways if way[1].table.name in owned or way[1].table is table_of(Case)]
        if leading:
            owned[table.name] = leading
    return owned


def _of_case(
    table: Table, case_id: uuid.UUID, owned: Mapping[str, list[tuple[Column[object], Column[object]]]]
) -> ColumnElement[bool]:
    ways: list[ColumnElement[bool]] = []
    for own, other in owned[table.name]:
        if other.table is table_of(Case):
            ways.append(own == case_id)
        else:
            within = Base.metadata.tables[other.table.name]
            ways.append(own.in_(select(other).where(_of_case(within, case_id, owned))))
    return or_(*ways)
