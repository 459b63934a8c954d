"""Forms of investigations: the plan, at the beginning and when it changes."""

from datetime import datetime

from flask_babel import lazy_gettext as _l

from engage.models import InvestigationPlan
from engage.services.investigation import Plan
from engage.web.staff import form_fields as fields
from engage.web.staff.form_fields import StaffForm
from engage.web.staff.site_days import end_of


class InvestigateForm(StaffForm):
    to_establish = fields.words(
        _l("What do we want to find out?"),
        hint=_l("Questions that the facts can answer: how much dust, on which days, from which road."),
        needed=_l("Write what you want to find out"),
    )
    how = fields.words(
        _l("How do we find it out?"),
        hint=_l("Steps in their order: measure, look at records, go there together."),
        needed=_l("Write how you find it out"),
    )
    heard = fields.words(
        _l("Who is heard?"),
        hint=_l("The person first. Then others, by their part: neighbours, the driver, the clinic. No names."),
        needed=_l("Write who is heard"),
    )
    evidence = fields.words(
        _l("What would show it?"),
        hint=_l("Measurements, photos, records, what people saw."),
        needed=_l("Write what would show it"),
    )
    due_on = fields.day(_l("By when do we know?"), needed=_l("Give the day by which you know"))

    def plan(self, time_zone: str) -> Plan:
        """Return the plan; its day ends where the site is."""
        due_at = end_of(self.due_on.data, time_zone)
        return Plan(self.to_establish.data, self.how.data, self.heard.data, self.evidence.data, due_at)


class PlanForm(InvestigateForm):
    why = fields.words(_l("Why does the plan change?"), needed=_l("Write why the plan changes"))

    def fill_from(self, row: InvestigationPlan, now: datetime) -> None:
        """What was planned is not typed again."""
        for name in ("to_establish", "how", "heard", "evidence"):
            self[name].data = getattr(row, name)
        self.due_on.data = row.due_at.date() if row.due_at > now else None
