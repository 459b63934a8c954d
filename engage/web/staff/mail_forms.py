"""The form with which a mail in the holding pen is placed."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from engage.domain import receipts
from engage.domain.received_mail import Decision, MailRoad, NotOurs
from engage.queries.pen import MailPage
from engage.web.labels import label
from engage.web.staff import form_fields as fields
from engage.web.staff.form_fields import StaffForm, choices


class PlaceMailForm(StaffForm):
    decision = fields.choose(_l("What is it?"), needed=_l("Say what it is"))
    site = fields.pick(_l("Site, if it is a new concern"))
    reference = fields.line(_l("Reference, if it belongs to a case"), hint=_l("For instance BOR-26-7K3QX."))
    why = fields.choose(_l("Why it is not for us, if it is not"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether the form is whole: what is decided says which of the other fields is needed."""
        is_whole = bool(super().validate(extra_validators))
        needed = {
            Decision.MAKE_CASE: (self.site, gettext("Choose the site")),
            Decision.ATTACH: (self.reference, gettext("Enter the reference of the case")),
            Decision.ATTACH_AS_NOTE: (self.reference, gettext("Enter the reference of the case")),
            Decision.NOT_OURS: (self.why, gettext("Say why it is not for us")),
        }
        field, complaint = needed.get(self.decision.data, (None, ""))
        if field is None or field.data:
            return is_whole
        field.errors = [complaint]
        return False

    @property
    def case_reference(self) -> str:
        """The reference as it was issued."""
        return receipts.reference_as_issued(str(self.reference.data or ""))


def form_for(page: MailPage) -> PlaceMailForm:
    """Return the form, with what can be chosen for this mail and what is likeliest filled in."""
    form = PlaceMailForm()
    new = gettext("A new concern. Its sender gets a receipt and stays without a name")
    if page.mail.road is MailRoad.SMS:
        new = gettext("A new concern. Its sender hears by text that it came, and stays without a name")
    offered = [
        (Decision.MAKE_CASE, new),
        (Decision.ATTACH, gettext("Part of a case, from the person of the case. They can read it there")),
        (Decision.ATTACH_AS_NOTE, gettext("Part of a case, from somebody else. Only staff can read it")),
        (Decision.NOT_OURS, gettext("Not for us. Nobody is told")),
    ]
    form.decision.choices = choices(
        [(one.value, words) for one, words in offered if not (page.mail.is_restricted and one is Decision.MAKE_CASE)]
    )
    form.site.choices = choices([("", ""), *((site.code, site.name) for site in page.sites)])
    form.why.choices = choices([(one.value, label("mail_not_ours", one)) for one in NotOurs])
    if not form.is_submitted():
        form.version.data = 0  # no case stands behind it: only its token counts
        form.site.data = page.site.code if page.site is not None else ""
        form.reference.data = page.guesses[0][0] if len(page.guesses) == 1 else None
    return form
