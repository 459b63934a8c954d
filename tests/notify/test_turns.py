"""Whose notice is taken first where many wait."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from engage.domain.delivery import Urgency
from engage.domain.turns import PATIENCE, rank
from engage.extensions import db
from engage.models import OutboxMessage, Recipient
from engage.notify import claims, outbox
from engage.notify.outbox import Owed
from engage.unit_of_work import unit_of_work
from tests.states import a_site


@pytest.fixture
def sites(session, sent_tasks, clock):
    made = [a_site("BUS"), a_site("QUI")]
    with unit_of_work():
        db.session.execute(update(OutboxMessage).values(sent_at=OutboxMessage.created_at))
    return made


def owe(count, site_id=None, template="case_news", **values):
    with unit_of_work():
        have = db.session.scalar(select(func.count(OutboxMessage.id)))
        outbox.enqueue(
            *(
                Owed(f"{have + number}", template, "en", Recipient.PERSON, site_id=site_id, **values)
                for number in range(count)
            )
        )


def taken(limit):
    """The sites and urgencies of the notices that a worker takes."""
    with unit_of_work():
        batch = claims.claim(limit)
    rows = select(OutboxMessage.site_id, OutboxMessage.urgency).where(OutboxMessage.id.in_(one.id for one in batch))
    return [(site_id, urgency) for site_id, urgency in db.session.execute(rows)]


def test_a_site_with_many_notices_does_not_keep_another_waiting(sites, clock):
    busy, quiet = sites
    owe(300, busy)
    clock.advance(timedelta(seconds=1))
    owe(3, quiet)
    owe(2)
    batch = taken(20)
    assert len(batch) == 20
    assert [site_id for site_id, _ in batch].count(quiet) == 3
    assert [site_id for site_id, _ in batch].count(None) == 2


def test_what_is_urgent_leaves_first_wherever_it_comes_from(sites, clock):
    busy, quiet = sites
    owe(60, busy)
    clock.advance(timedelta(seconds=1))
    owe(1, busy, "urgent_fact")
    owe(1, None, "password_link")
    owe(1, quiet, level=5)
    assert {urgency for _, urgency in taken(3)} == {Urgency.URGENT}


def test_an_urgent_notice_is_among_the_first_even_where_all_others_have_waited_long(sites, clock):
    busy, quiet = sites
    owe(60, busy)
    clock.advance(5 * PATIENCE)
    owe(1, quiet, "urgent_fact")
    assert (quiet, Urgency.URGENT) in taken(2)


def test_a_digest_leaves_in_the_end_however_much_else_is_owed(sites, clock):
    busy, _ = sites
    owe(1, busy, "late_count")
    clock.advance(2 * PATIENCE)
    owe(60, busy)
    owe(60, busy, "urgent_fact")
    assert (busy, Urgency.BULK) in taken(2)


@pytest.mark.parametrize(
    ("urgency", "waited", "counts_as"),
    [
        (Urgency.BULK, timedelta(), Urgency.BULK),
        (Urgency.BULK, PATIENCE, Urgency.ORDINARY),
        (Urgency.BULK, 2 * PATIENCE, Urgency.URGENT),
        (Urgency.ORDINARY, PATIENCE - timedelta(seconds=1), Urgency.ORDINARY),
        (Urgency.ORDINARY, 9 * PATIENCE, Urgency.URGENT),
        (Urgency.URGENT, PATIENCE, Urgency.URGENT),
        (Urgency.ORDINARY, -PATIENCE, Urgency.ORDINARY),
    ],
)
def test_a_notice_counts_as_more_urgent_the_longer_it_waits(urgency, waited, counts_as):
    assert rank(urgency, waited) is counts_as


def test_everything_is_taken_once_whatever_the_batches(sites):
    busy, quiet = sites
    for site_id in (busy, quiet, None):
        for template in ("case_news", "urgent_fact", "late_count"):
            owe(7, site_id, template)
    counts = []
    while batch := taken(5):
        counts.append(len(batch))
    assert sum(counts) == 63
