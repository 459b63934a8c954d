"""The raw copy of a mail holds the address of its sender: it goes when they take the address back."""

import pytest
from sqlalchemy import select

from engage.domain.case import Identity, Road
from engage.extensions import db
from engage.models import ReceivedMail
from engage.services import contact
from tests import states
from tests.inbound.mails import NEIGHBOUR, a_mail, answer_to, came, notice_of


@pytest.mark.parametrize("left", [{"phone": "+381641234567"}, {"post": "Miners street 1, Bor"}])
def test_whoever_stops_our_mails_leaves_no_copy_of_theirs_behind(team, left):
    reference = states.a_case(team.site_id)
    person, values = states.person_of(reference), contact.Values(email=NEIGHBOUR, **left)
    states.act(reference, contact.set_contact, identity=Identity.NAMED, road=Road.DIRECT, values=values, actor=person)
    mail = came(a_mail(to=answer_to(notice_of(reference, "contact_changed"))))
    assert mail.stored_as is not None
    states.act(reference, contact.drop_mail, actor=person)
    db.session.rollback()
    assert db.session.scalars(select(ReceivedMail.stored_as).where(ReceivedMail.id == mail.id)).one() is None
