"""A lost code: neither the answer nor how long it takes tells whether there is such a concern, or such an address."""

from collections import Counter

import pytest
from sqlalchemy import select

from engage import vault
from engage.domain.case import Identity, Road
from engage.extensions import db
from engage.models import CodeLink, SignInTry
from engage.services import receipt_codes
from engage.services.contact import Values
from engage.unit_of_work import unit_of_work
from tests import states
from tests.statements import statements
from tests.web.as_person import a_concern


@pytest.fixture
def site(clock, session, sent_tasks, settings):
    vault.make_worker_keys(settings.VAR)
    return states.a_site()


def reachable(site, identity, road):
    return a_concern(site, identity=identity, road=road, reach=Values(email="person@example.org"))


def test_how_long_the_answer_to_a_lost_code_takes_tells_nothing(site, sent_tasks):
    right, relay = reachable(site, Identity.NAMED, Road.DIRECT), reachable(site, Identity.ANONYMOUS, Road.RELAY)
    silent = a_concern(site)
    seen = []
    for reference, address in (
        (right.reference, "person@example.org"),
        (relay.reference, "anything@example.org"),
        (right.reference, "person@example.org"),  # a moment ago there was one
        (right.reference, "other@example.org"),
        (right.reference, "\ud800"),
        (silent.reference, "person@example.org"),
        ("BOR-26-ZZZZZ", "person@example.org"),
        ("nonsense", "x"),
    ):
        sent_tasks.clear()
        with statements() as sent, unit_of_work():
            receipt_codes.ask_for_link(reference, address)
        kinds = Counter(one.split()[0] for one in sent)
        seen.append((len(sent), kinds["SELECT"], kinds["UPDATE"], len(sent_tasks)))
    assert all(one == seen[0] for one in seen), seen
    assert seen[0][3] == 1
    assert len(db.session.scalars(select(CodeLink)).all()) == 2
    assert db.session.scalars(select(SignInTry)).all() == []
