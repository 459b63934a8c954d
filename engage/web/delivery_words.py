"""Why a notice did not arrive, in words that staff understand, and what they can do.

A row keeps codes alone: a class of ours ("refused", "deferred", "down", "failed"), the SMTP answer (RFC 5321) and the
enhanced code (RFC 3463), never the words of a server, which quote the address back.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString


class Help(StrEnum):
    """What can be done about it."""

    MEND_ADDRESS = "mend_address"  # it will never arrive as it is
    ASK_READER = "ask_reader"  # whoever owns the mailbox has to do something
    WAIT = "wait"  # it is tried again by itself
    OPERATOR = "operator"  # those who run the service have to look
    NOTHING = "nothing"  # as it should be


class Reason(NamedTuple):
    """A reason in words, and what can be done."""

    said: LazyString
    help: Help


_NO_SUCH_ADDRESS = Reason(_("There is no such address."), Help.MEND_ADDRESS)
_NO_SUCH_DOMAIN = Reason(_("What stands behind the @ takes no mail."), Help.MEND_ADDRESS)
_BAD_ADDRESS = Reason(_("The address is not written as one can be."), Help.MEND_ADDRESS)
_MOVED = Reason(_("The mailbox has moved to another address."), Help.MEND_ADDRESS)
_DISABLED = Reason(_("The mailbox was switched off."), Help.MEND_ADDRESS)
_FULL = Reason(_("The mailbox is full."), Help.ASK_READER)
_MAILBOX = Reason(_("The mailbox takes no mail right now."), Help.ASK_READER)
_TOO_LARGE = Reason(_("The mailbox takes no mail so large."), Help.OPERATOR)
_THEIR_SYSTEM = Reason(_("The mail system on the other side has a fault."), Help.WAIT)
_NO_ANSWER = Reason(_("The mail system on the other side does not answer."), Help.WAIT)
_TOO_LONG = Reason(_("It was under way too long, and was given up."), Help.MEND_ADDRESS)
_MISUNDERSTOOD = Reason(_("Our mail server and theirs do not understand each other."), Help.OPERATOR)
_POLICY = Reason(_("The other side takes no mail from us, or takes it for advertising."), Help.OPERATOR)
_NOT_NOW = Reason(_("The other side does not take it right now."), Help.WAIT)
_NEVER = Reason(_("The other side will not take it."), Help.MEND_ADDRESS)
_CLOSED = Reason(_("Our mail server broke off."), Help.WAIT)
_SIGN_IN = Reason(_("Our mail server does not let us in."), Help.OPERATOR)
_UNREACHABLE = Reason(_("Our mail server could not be reached."), Help.WAIT)
_CERTIFICATE = Reason(_("Our mail server could not prove who it is."), Help.OPERATOR)
_OURS = Reason(_("We could not write it. That is a fault of the service."), Help.OPERATOR)
_KEYS = Reason(_("The address could not be opened with our keys."), Help.OPERATOR)
_UNKNOWN = Reason(_("The reason is not known."), Help.OPERATOR)

# RFC 3463, section 3: what the last two numbers say. The most exact entry counts.
_ENHANCED: Mapping[str, Reason] = {
    "1.2": _NO_SUCH_DOMAIN,
    "1.3": _BAD_ADDRESS,
    "1.6": _MOVED,
    "1.10": _NO_SUCH_DOMAIN,  # RFC 7505: a domain that says so itself
    "1": _NO_SUCH_ADDRESS,
    "2.1": _DISABLED,
    "2.2": _FULL,
    "2.3": _TOO_LARGE,
    "2": _MAILBOX,
    "3.4": _TOO_LARGE,
    "3": _THEIR_SYSTEM,
    "4.7": _TOO_LONG,
    "4": _NO_ANSWER,
    "5": _MISUNDERSTOOD,
    "6": _MISUNDERSTOOD,
    "7": _POLICY,
}
# What a server says to us before any address is named: RFC 5321, section 4.2.3, and RFC 4954 for signing in.
_TO_US: Mapping[str, Reason] = {
    "421": _CLOSED,
    "530": _SIGN_IN,
    "534": _SIGN_IN,
    "535": _SIGN_IN,
    "538": _SIGN_IN,
}
# RFC 5321, section 4.2.3: where no enhanced code says more.
_ANSWERS: Mapping[str, Reason] = {
    **_TO_US,
    "450": _MAILBOX,
    "452": _FULL,
    "550": _NO_SUCH_ADDRESS,
    "551": _MOVED,
    "552": _FULL,
    "553": _BAD_ADDRESS,
    "556": _NO_SUCH_DOMAIN,  # RFC 7504
}
# Words of our own, and names of errors of Python.
_NAMED: Mapping[str, Reason] = {
    "inactive": Reason(_("The account has ended."), Help.NOTHING),
    "no case": Reason(_("The case is gone."), Help.NOTHING),
    "crashed": Reason(_("Whatever tried to send it stopped each time."), Help.OPERATOR),
    "smtputf8": Reason(_("Our mail server cannot write to an address in this script."), Help.OPERATOR),
    "transport down": Reason(_("Nothing could leave by this way just then."), Help.WAIT),
    "another tries": Reason(_("Another message tries that way first."), Help.WAIT),
    "domain says later": Reason(_("The mail system on the other side takes nothing from us right now."), Help.WAIT),
    "hourly ceiling": Reason(_("So much leaves in this hour that the rest waits."), Help.OPERATOR),
    "hourly ceiling of its reader": Reason(_("Its reader got so much within the hour that the rest waits."), Help.WAIT),
    "road": Reason(_("The person left nothing that goes by this way any more."), Help.MEND_ADDRESS),
    "phone": Reason(_("No phone number is left for it."), Help.MEND_ADDRESS),
    "BadGateway": Reason(_("The way to the text message service is not set up well."), Help.OPERATOR),
    "BadCatalogue": Reason(_("The way to the text message service is not set up well."), Help.OPERATOR),
    "SSLError": _CERTIFICATE,
    "SSLCertVerificationError": _CERTIFICATE,
    "SMTPAuthenticationError": _SIGN_IN,
    "SMTPNotSupportedError": _MISUNDERSTOOD,
    "Unreadable": _KEYS,
    "NoRing": _KEYS,
}
_BY_CLASS: Mapping[str, Reason] = {
    "down": _UNREACHABLE,
    "deferred": _NOT_NOW,
    "refused": _NEVER,
    "failed": _OURS,
}
_ENHANCED_CODE = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_ANSWER_CODE = re.compile(r"(?<![\d.])[245]\d\d(?![\d.])")


def reason(code: str) -> Reason:
    """Return why, in words. What nobody gave words says that the reason is not known; the code stands beside it."""
    class_, _space, rest = code.partition(" ")
    for name in (code, rest):
        if name in _NAMED:
            return _NAMED[name]
    answer, enhanced = _ANSWER_CODE.search(code), _ENHANCED_CODE.search(code)
    if rest.startswith("midway "):
        return _CLOSED
    if class_ == "down":
        return _TO_US.get(answer.group(), _UNREACHABLE) if answer else _UNREACHABLE
    if enhanced is not None:
        kind, subject, detail = enhanced.groups()
        otherwise = _NOT_NOW if kind == "4" else _NEVER
        return _ENHANCED.get(f"{subject}.{detail}", _ENHANCED.get(subject, otherwise))
    if answer is not None:
        return _ANSWERS.get(answer.group(), _NOT_NOW if answer.group().startswith("4") else _NEVER)
    return _BY_CLASS.get(class_, _UNKNOWN)


_HELP: Mapping[Help, LazyString] = {
    Help.WAIT: _("You need do nothing: it is tried again by itself."),
    Help.OPERATOR: _("Tell those who run the service, and name the code."),
    Help.NOTHING: _("Nothing has to be done."),
}
_HELP_PERSON: Mapping[Help, LazyString] = {
    Help.MEND_ADDRESS: _("It will not arrive at this address. Tell the person yourselves, and ask how to reach them."),
    Help.ASK_READER: _("It may arrive later. If it matters, tell the person yourselves."),
}
_HELP_STAFF: Mapping[Help, LazyString] = {
    Help.MEND_ADDRESS: _("It will not arrive at this address. Ask an administrator to put the address right."),
    Help.ASK_READER: _("Tell your colleague, and have it tried again."),
}


def what_you_can_do(help_: Help, *, to_staff: bool) -> str:
    """Return what staff can do about it."""
    return str(({**_HELP, **(_HELP_STAFF if to_staff else _HELP_PERSON)})[help_])
