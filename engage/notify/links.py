"""Addresses of pages, for mails: the worker answers no request, so nothing can be built from one.

A test asks the application whether each leads to the page it means.
"""

import re

from engage.settings import settings

HIDDEN = "…"
# Behind each of these stands a code: whoever has it is taken for the one to whom we wrote.
_CODE_LINK, _ADDRESS, _NO_MAILS = "/case/link/", "/case/address/", "/case/no-more-mails/"
_PASSWORD, _NO_NOTICES = "/account/choose-password#", "/account/no-more-mails/"
# A mail filter writes the whole of a link behind a link of its own, with %2F for each slash, and some do it twice.
_SPELT = {"/": "(?:/|%(?:25)*2F)", "#": "(?:#|%(?:25)*23)"}
_CODES = re.compile(
    r"({})(?:[\w.~=-]|%(?:25)*3D)+".format(
        "|".join(
            "".join(_SPELT.get(one, re.escape(one)) for one in path)
            for path in (_CODE_LINK, _ADDRESS, _NO_MAILS, _PASSWORD, _NO_NOTICES)
        )
    ),
    re.IGNORECASE,
)


def without_codes(text: str) -> str:
    """Return the text without the codes of our links: whoever answers a mail of ours quotes them."""
    return _CODES.sub(lambda found: f"{found[1]}{HIDDEN}", text)


def home() -> str:
    """Return the address of the home page."""
    return f"{settings().public_url}/"


def enter_code() -> str:
    """Return the address of the page that asks the person for their code. It says nothing of a case."""
    return f"{settings().public_url}/case"


def use_code_link(token: str) -> str:
    """Return the single-use address with which a person makes a new code."""
    return f"{settings().public_url}{_CODE_LINK}{token}"


def choose_password(code: str) -> str:
    """Return the address with which somebody of ours chooses a password.

    The code stands behind the `#`, which browsers send to nobody: no log of ours, of a proxy or of a mail filter that
    opens the link has it.
    """
    return f"{settings().public_url}{_PASSWORD}{code}"


def account() -> str:
    """Return the address of one's own account."""
    return f"{settings().public_url}/account/"


def person(user_id: str) -> str:
    """Return the address of somebody's page for administrators."""
    return f"{settings().public_url}/admin/users/{user_id}"


def forgot_password() -> str:
    """Return the address of the page that sends such a link."""
    return f"{settings().public_url}/account/forgot-password"


def how_it_works() -> str:
    """Return the address of the page that explains stages, days, appeal and outside help."""
    return f"{settings().public_url}/how-it-works"


def outside_avenues() -> str:
    """Return the address of the page that lists where else people can turn to."""
    return f"{settings().public_url}/outside-avenues"


def confirm_address(token: str) -> str:
    """Return the address of the page on which a person says that our mails reach them."""
    return f"{settings().public_url}{_ADDRESS}{token}"


def stop_mails(code: str) -> str:
    """Return the address of the page on which whoever gets our mails says that they want no more."""
    return f"{settings().public_url}{_NO_MAILS}{code}"


def unusual_readings() -> str:
    """Return the address of the auditors' page of what was read in an unusual way."""
    return f"{settings().public_url}/staff/unusual-readings"


def flagged() -> str:
    """Return the address of the page of what looks as if a program had sent it."""
    return f"{settings().public_url}/staff/flagged"


def mail() -> str:
    """Return the address of the page of mail that nobody could place by machine."""
    return f"{settings().public_url}/staff/mail"


def checkpoints() -> str:
    """Return the address of the page with every checkpoint of the record."""
    return f"{settings().public_url}/transparency/checkpoints"


def inbox() -> str:
    """Return the address of the staff's inbox."""
    return f"{settings().public_url}/staff/"


def day() -> str:
    """Return the address of the page on which staff see what is theirs to do."""
    return f"{settings().public_url}/staff/day"


def staff_case(reference: str) -> str:
    """Return the address of a case for staff; it opens only for those who may see it."""
    return f"{settings().public_url}/staff/cases/{reference}"


def notifications() -> str:
    """Return the address of the page on which staff read what they were told."""
    return f"{settings().public_url}/staff/notifications/"


def notice_preferences() -> str:
    """Return the address of the page on which staff choose what they are told by mail."""
    return f"{settings().public_url}/account/notices"


def stop_notices(code: str) -> str:
    """Return the address of the page on which somebody of ours says that they want no more mails of a kind."""
    return f"{settings().public_url}{_NO_NOTICES}{code}"
