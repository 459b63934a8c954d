"""Forms of what is said: to the person, among staff, and of tries to reach them."""

from flask_babel import lazy_gettext as _l

from engage.web.staff import form_fields as fields
from engage.web.staff.form_fields import StaffForm, choices


class MessageForm(StaffForm):
    message = fields.words(_l("Write"), needed=_l("Write something first"))
    files = fields.files()


class NoteForm(MessageForm):
    readers = fields.several(_l("Who should read it?"), hint=_l("They are told that there is a note for them."))


class LogAttemptForm(StaffForm):
    channel = fields.pick(_l("How did you try?"), needed=_l("Choose how you tried"))
    reached = fields.choose(
        _l("Did you reach the person?"),
        choices([("yes", _l("Yes")), ("no", _l("No"))]),
        needed=_l("Choose yes or no"),
    )


class TellPersonForm(StaffForm):
    result = fields.choose(_l("What came of it?"), (), needed=_l("Choose what came of it"))


class GiveErrandForm(StaffForm):
    carrier = fields.pick(_l("Who brings word to the person?"), needed=_l("Choose somebody"))


class TellDelayForm(StaffForm):
    done_so_far = fields.words(
        _l("What was done so far?"),
        hint=_l("The person reads these words."),
        needed=_l("Write what was done so far, even if it is little"),
    )
    explanation = fields.words(
        _l("Why is it late?"),
        hint=_l("The person reads these words."),
        needed=_l("Write why it is late"),
    )
    new_date = fields.day(_l("By which date will it be done?"), needed=_l("Give a date"))


class ExplainForm(StaffForm):
    explanation = fields.words(
        _l("Why is it late, and what is done about it?"),
        hint=_l("Those above you read this. The person does not."),
        needed=_l("Write why it is late"),
    )


class ExtendForm(StaffForm):
    explanation = fields.words(
        _l("Why do we need more time?"),
        hint=_l("The person reads these words."),
        needed=_l("Write why more time is needed"),
    )
    new_date = fields.day(_l("By which date will it be done?"), needed=_l("Give a date"))
