"""Who is told while facts are established; engage.notify.rules takes it into its table."""

from engage.domain import findings_events as events
from engage.domain.event import Event

QUIET: frozenset[type[Event]] = frozenset(
    {events.InvestigationPlanned}  # that it begins, the person is told; the plan is for those who work the case
)
