"""Forms about bodies outside: proceedings elsewhere, and what is handed over."""

from flask_babel import lazy_gettext as _l

from engage.domain.outside import Basis, ReferralKind
from engage.services.proceedings import Elsewhere
from engage.services.referrals import Matter
from engage.web.staff import form_fields as fields
from engage.web.staff.form_fields import StaffForm, choices


class RecordProceedingForm(StaffForm):
    kind = fields.choose(_l("What kind of body?"), needed=_l("Choose the kind of body"))
    body = fields.line(_l("Which one?"), needed=_l("Write the name of the body"))
    covers = fields.words(
        _l("Which part of the matter does it have?"),
        hint=_l("The person reads this. Write dates that are known, such as a hearing."),
        needed=_l("Write which part of the matter it has"),
    )
    docket = fields.line(_l("The number under which it has it (optional)"))
    began_on = fields.day(_l("Since which day? (optional)"))

    @property
    def seen(self) -> Elsewhere:
        """Return what the form says."""
        return Elsewhere(self.kind.data, self.body.data, self.covers.data, self.began_on.data, self.docket.data)


class EndProceedingForm(StaffForm):
    outcome = fields.words(
        _l("How did it end there?"), hint=_l("The person reads this."), needed=_l("Write how it ended there")
    )


class HandOverForm(StaffForm):
    kind = fields.choose(_l("To whom?"), needed=_l("Choose to whom"))
    to_whom = fields.line(_l("Name of the place, and of the person there if you know"), needed=_l("Write to whom"))
    why = fields.words(
        _l("Why? What exactly is handed over?"), hint=_l("The person reads this."), needed=_l("Write why")
    )
    basis = fields.choose(_l("What lets us do it?"), needed=_l("Choose what lets us do it"))
    basis_words = fields.words(
        _l("How and when the person agreed, or which law asks for it"),
        hint=_l("The person reads this."),
        needed=_l("Write how the person agreed, or which law asks for it"),
    )
    safety = fields.words(
        _l("What did you look at so that nobody comes to harm by it?"),
        hint=_l("Who could learn of it there, and what they could do. Only staff read this."),
        needed=_l("Write what you looked at"),
    )

    @property
    def matter(self) -> Matter:
        """Return what the form says."""
        return Matter(
            ReferralKind(self.kind.data),
            self.to_whom.data,
            self.why.data,
            Basis(self.basis.data),
            self.basis_words.data,
            self.safety.data,
        )


class SettleReferralForm(StaffForm):
    taken = fields.choose(
        _l("Do they take it?"),
        choices([("yes", _l("Yes, they have taken it")), ("no", _l("No, they do not take it"))]),
        needed=_l("Choose whether they take it"),
    )
    how = fields.words(
        _l("Who there said so, and how do we know?"),
        hint=_l("Name or role, day, and the letter or call. Only staff read this."),
        needed=_l("Write who said so and how we know"),
    )
