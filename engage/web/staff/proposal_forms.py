"""The form of a proposal: findings, causes, our part, and up to five remedies."""

import uuid

from flask_babel import lazy_gettext as _l
from wtforms import Field, FieldList, Form, FormField

from engage.domain.money import Money
from engage.services import findings
from engage.services.findings import NOT_INVESTIGATED, Line
from engage.web import labels, money
from engage.web.staff import form_fields as fields
from engage.web.staff.form_fields import StaffForm
from engage.web.staff.site_days import end_of

LINES = 5  # Source: the page as the design has it; a longer plan is told in the words of a line.


def _complain(field: Field, problem: object) -> bool:
    field.errors = [*field.errors, problem]
    return False


class RemedyLine(Form):
    """One remedy of a proposal; an empty line is left out."""

    type_code = fields.pick(_l("What is done"))
    words = fields.words(
        _l("In words the person understands"),
        hint=_l("Leave a sum out of the words: it has a field of its own, which fewer people read."),
    )
    due_on = fields.day(_l("Done by"))
    owner = fields.pick(_l("Who sees to it"))
    amount = fields.line(
        _l("Sum of money (only for compensation in money, if it is known)"),
        hint=_l("In figures, for instance 84,000 or 1,250.50."),
    )
    currency = fields.line(_l("Currency"), hint=_l("Its three letters, for instance EUR."))
    paid: Money | None = None  # what amount and currency say, once the line was found sound

    @property
    def is_empty(self) -> bool:
        """Whether nothing of the line was filled in but its owner and its currency, which stand there already."""
        return not (self.type_code.data or self.words.data or self.due_on.data or self.amount.data)

    def validate(self, extra_validators: object = None) -> bool:
        """A line that was begun is filled in whole, and a sum is one that can be paid."""
        sound = super().validate(extra_validators)
        if self.is_empty:
            return bool(sound)
        for field, missing in (
            (self.type_code, _l("Choose what is done")),
            (self.words, _l("Write what is done")),
            (self.due_on, _l("Give the date by which it is done")),
        ):
            if not field.data and not field.errors:
                sound = _complain(field, missing)
        return bool(sound) and self._read_sum()

    def _read_sum(self) -> bool:
        if not self.amount.data:
            return True
        currency = (self.currency.data or "").upper()
        amount = money.read_amount(self.amount.data, currency)
        if amount is None:
            return _complain(self.amount, _l("Write the sum in figures, for instance 84,000 or 1,250.50"))
        self.paid = Money(amount, currency)
        why = findings.why_not_pay(self.type_code.data, self.paid)
        if why is None:
            return True
        return _complain(self.currency if why.code == "currency_unknown" else self.amount, labels.refusal(why))

    def line(self, time_zone: str) -> Line:
        """Return the remedy; its day ends where the site is."""
        owner = uuid.UUID(self.owner.data) if self.owner.data else None
        return Line(self.type_code.data, self.words.data, end_of(self.due_on.data, time_zone), owner, self.paid)


class ProposeForm(StaffForm):
    shared_findings = fields.words(
        _l("What we found, as the person will read it"),
        hint=_l("Plain words. No names of other people."),
        needed=_l("Write what we found"),
    )
    internal_findings = fields.words(_l("What only staff should know (optional)"))
    finding = fields.choose(_l("Is the concern substantiated?"), needed=_l("Choose a finding"))
    why_not_investigated = fields.words(
        _l("If it was not investigated: why?"), hint=_l("The person reads these words.")
    )
    involvement = fields.choose(
        _l("What did the company have to do with it?"),
        hint=_l("Its contractors and its security count. The person reads the answer in plain words."),
        needed=_l("Choose what the company had to do with it"),
    )
    root_cause = fields.pick(_l("Root cause, the first"), needed=_l("Choose a root cause"))
    second_cause = fields.pick(_l("The second, if there is one"))
    third_cause = fields.pick(_l("The third, if there is one"))
    close_type = fields.choose(
        _l("If the person agrees, how does it end?"), needed=_l("Choose how it ends if the person agrees")
    )
    lines = FieldList(FormField(RemedyLine), min_entries=LINES, max_entries=LINES)

    def validate(self, extra_validators: object = None) -> bool:
        """What was not investigated says why, and no cause is named twice."""
        sound = bool(super().validate(extra_validators))
        if self.finding.data == NOT_INVESTIGATED and not self.why_not_investigated.data:
            sound = _complain(self.why_not_investigated, _l("Write why it was not investigated"))
        named = [self.root_cause.data]
        for field in (self.second_cause, self.third_cause):
            if field.data and field.data in named:
                sound = _complain(field, _l("This cause is named already. Choose another one, or none"))
            named.append(field.data)
        return sound

    @property
    def further_causes(self) -> list[str]:
        """The causes after the first one."""
        return [field.data for field in (self.second_cause, self.third_cause) if field.data]
