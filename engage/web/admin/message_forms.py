"""The form of a message's words. What they may say and have to say is the domain's business."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField

from engage.domain.message_checks import Words
from engage.domain.message_layout import plain
from engage.web.admin.fields import SeenVersionField


def _tidy(value: str | None) -> str:
    return plain(value or "")


class MessageForm(FlaskForm):
    """The words, and the version they were opened on."""

    version = SeenVersionField()
    subject = StringField(_l("Subject"), filters=[_tidy])
    body = TextAreaField(_l("Text"), filters=[_tidy])

    @property
    def seen(self) -> int:
        """The version it was opened on; one that there never was where that is not said."""
        return -1 if self.version.data is None else self.version.data

    @property
    def words(self) -> Words:
        """What was typed."""
        return Words(self.subject.data, self.body.data)


class SmsMessageForm(MessageForm):
    """The same for a message that also goes out as a text message."""

    sms = TextAreaField(_l("Text message"), filters=[_tidy])

    @property
    def words(self) -> Words:
        """What was typed."""
        return Words(self.subject.data, self.body.data, self.sms.data)


def opened(words: Words, version: int) -> MessageForm:
    """Return the form with the words that count, or with what was typed."""
    data = {"subject": words.subject, "body": words.body, "version": version}
    return MessageForm(data=data) if words.sms is None else SmsMessageForm(data={**data, "sms": words.sms})
