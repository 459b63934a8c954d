"""Addresses of pages, for mails: the worker answers no request, so nothing can be built from one.

A test asks the application whether each leads to the page it means.
"""

from engage.settings import settings


def home() -> str:
    """Return the address of the home page."""
    return f"{settings().public_url}/"


def enter_code() -> str:
    """Return the address of the page that asks the person for their code. It says nothing of a case."""
    return f"{settings().public_url}/case"


def use_code_link(token: str) -> str:
    """Return the single-use address with which a person makes a new code."""
    return f"{settings().public_url}/case/link/{token}"


def how_it_works() -> str:
    """Return the address of the page that explains stages, days, appeal and outside help."""
    return f"{settings().public_url}/how-it-works"


def outside_avenues() -> str:
    """Return the address of the page that lists where else people can turn to."""
    return f"{settings().public_url}/outside-avenues"


def unusual_readings() -> str:
    """Return the address of the auditors' page of what was read in an unusual way."""
    return f"{settings().public_url}/staff/unusual-readings"


def flagged() -> str:
    """Return the address of the page of what looks as if a program had sent it."""
    return f"{settings().public_url}/staff/flagged"


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
