"""What a page says of a new password that will not do."""

from typing import Protocol

from flask_babel import gettext
from wtforms import PasswordField

from engage.services.passwords import LONGEST, SHORTEST


class TypedTwice(Protocol):
    """A form with a new password and the same once more."""

    new: PasswordField
    again: PasswordField


def are_same(form: TypedTwice) -> bool:
    """Whether both are the same; if not, words stand beside the second."""
    if form.new.data != form.again.data:
        form.again.errors = [gettext("The two new passwords are not the same.")]
        return False
    return True


def words_of_weakness(code: str) -> str:
    """Return what is wrong with a password and what to do."""
    return {
        "too_short": gettext("Use %(count)s characters or more.", count=SHORTEST),
        "too_long": gettext("Use %(count)s characters or fewer.", count=LONGEST),
        "too_simple": gettext("Use more different characters."),
        "too_common": gettext(
            "Many people use this password, so it is tried first. Use three or four words that do not belong together."
        ),
        "is_the_name": gettext(
            "Do not use your name, your address, a site or the name of this service in your password. Use three or "
            "four words that do not belong together."
        ),
        "the_old_one": gettext("Use another password than the one you have."),
    }[code]
