"""Forms of meetings, of bodies outside, and of what is asked after closure."""

from flask_babel import lazy_gettext as _l

from engage.services.meetings import Met
from engage.web.staff import form_fields as fields
from engage.web.staff.form_fields import StaffForm


class MeetingForm(StaffForm):
    """When, where, in which language, with whom."""

    on = fields.day(_l("On which day?"), needed=_l("Give the day"))
    place = fields.line(_l("Where?"), needed=_l("Write where it was"))
    language = fields.line(_l("In which language?"), needed=_l("Write in which language you talked"))
    who = fields.line(
        _l("Who was there?"),
        hint=_l(
            "Numbers or roles are enough: “about 40, half of them women, two elders”. No names people did not give."
        ),
        needed=_l("Write who was there"),
    )

    def met(self, words: str) -> Met:
        """Return the meeting with what was said."""
        return Met(self.on.data, self.place.data, self.language.data, self.who.data, words)


class TalksForm(MeetingForm):
    said = fields.words(
        _l("What was said, and what did you agree on?"),
        hint=_l("Only staff read this."),
        needed=_l("Write what was said"),
    )
    without = fields.words(
        _l("Something the person needs was not arranged. Why did you meet without it?"),
        hint=_l("Only if you met all the same."),
    )


class ReportBackForm(MeetingForm):
    told = fields.words(
        _l("What you told the group, in plain words"),
        hint=_l("The person who speaks for the group reads this too. No names, no sums of single people."),
        needed=_l("Write what you told the group"),
    )
