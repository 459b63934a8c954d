"""Cases whose person is reached by text, for the tests of roads."""

from engage.domain.case import Road
from engage.services import delivery, reaching
from engage.services.reaching import Preferences
from engage.unit_of_work import unit_of_work
from tests.notify.letters import a_case_with, a_notice, forget_notices
from tests.states import case_of, person_of

NUMBER = "+381641234567"


def choose(reference, **chosen):
    with unit_of_work():
        reaching.choose(case_of(reference), Preferences(**chosen), actor=person_of(reference))


def a_case(team, road=Road.DIRECT, *, chosen=None, **values):
    reference = a_case_with(road, site_id=team.site_id, **(values or {"phone": NUMBER}))
    choose(reference, **({"may_text": True} if chosen is None else chosen))
    forget_notices()
    return reference


def owed_to(reference, **values):
    """A notice to the person, delivered as far as it goes."""
    key = a_notice(reference, **values)
    delivery.drain()
    return key
