"""The bell of a member of staff and the page behind it, as tests read them, and what makes it count."""

import uuid

from flask.testing import FlaskClient

from engage.domain import events
from engage.domain.case import Writer
from engage.domain.policy import SYSTEM
from engage.services.timeline import record
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import forget_notices
from tests.states import case_of
from tests.web.as_staff import page

PAGE = "/staff/notifications/"


def a_case_of_the_officer(team: states.Team) -> str:
    """A case of the officer's about which nobody was told anything yet."""
    made = states.a_case(team.site_id)
    forget_notices()
    with unit_of_work():
        case_of(made).assignee_id = team.officer.id
    return made


def answered(reference: str) -> None:
    """The person has written, which whoever works the case is told."""
    with unit_of_work():
        record(case_of(reference), events.MessageWritten(uuid.uuid4(), Writer.PERSON.value, asks=False), actor=SYSTEM)


def bell(browser: FlaskClient, path: str = PAGE) -> str:
    """What the bell says on a page."""
    return page(browser.get(path)).select_one(".app-header__bell").get_text(" ", strip=True)


def lines(browser: FlaskClient, path: str = PAGE) -> list[str]:
    """What somebody was told, as their page shows it."""
    return [line.get_text(" ", strip=True) for line in page(browser.get(path)).select(".app-told__item")]
