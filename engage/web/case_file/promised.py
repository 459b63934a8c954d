"""What was promised by when and what became of it, and when the clock stood still, for a case's file."""

from collections.abc import Iterator

from engage import clock
from engage.models import Deadline, Pause
from engage.models.promise import HELD
from engage.queries.case_file import CaseFile
from engage.services import sites
from engage.web.filters import day, moment
from engage.web.labels import promise
from engage.web.locale import gettext
from engage.web.step_words import days_and_hours

Row = tuple[str, str]


def dates(found: CaseFile) -> Iterator[Row]:
    """Return what was promised with the date, what became of it, and for how long it was paused."""
    for row in found.deadlines:
        words = [_date(row), _what_became(found, row)]
        if row.total_pause:
            words.append(gettext("The clock stood still for %(time)s in all.", time=days_and_hours(row.total_pause)))
        yield promise(row.promise.value), " ".join(words)


def _date(row: Deadline) -> str:
    if row.due_at == HELD:
        return gettext("No date while the clock stands still.")
    return gettext("By %(moment)s.", moment=moment(row.due_at))


def _what_became(found: CaseFile, row: Deadline) -> str:
    if row.met_at is not None:
        is_late = row.breached_at is not None or row.met_at > row.due_at
        kept = gettext("Kept late, on %(day)s.") if is_late else gettext("Kept on %(day)s.")
        return kept % {"day": day(row.met_at)}
    if row.delay_told_at is not None:
        told = {"day": day(row.delay_told_at)}
        if row.breached_at is not None:
            return gettext("Not kept. We told of the delay on %(day)s.", **told)
        return gettext("Put off in time. We told why on %(day)s.", **told)
    if row.ended_at is not None:
        return gettext("Not kept.")
    if row.promise.owed_by_us and row.due_at < clock.utcnow():
        return gettext("It is late.")
    return gettext("It is still owed.") if row.promise.owed_by_us else gettext("It waits for the answer.")


def pauses(found: CaseFile) -> Iterator[Row]:
    """Return each stretch of time that did not count, with its reason; the words for it are among the messages."""
    catalogue = sites.rules_of(found.case.rule_set_id)
    for row in found.pauses:
        reason = catalogue.pause_reason(row.reason_code)
        yield gettext(reason.label) if reason else row.reason_code, _stretch(row)


def _stretch(row: Pause) -> str:
    if row.ends_at is None:
        return gettext("Since %(start)s", start=moment(row.starts_at))
    return gettext("From %(start)s to %(end)s", start=moment(row.starts_at), end=moment(row.ends_at))
