"""Texts that wait in the pen, for the tests of what becomes of them."""

from sqlalchemy import select

from engage.extensions import db
from engage.models import Case, ReceivedMail
from engage.services import texts
from engage.services.inbound import deciding, processing
from engage.unit_of_work import unit_of_work
from tests.inbound.mails import row_of

OTHERS = "+381641234599"
WORDS = "The water is brown. Call me: +381641234599"


def text(words=WORDS, *, sender=OTHERS, name="in-1") -> ReceivedMail:
    """Somebody writes, a worker reads it, and it waits in the pen."""
    with unit_of_work():
        texts.receive(name, sender, words)
    assert texts.read_waiting() == 1
    db.session.rollback()
    return db.session.scalars(select(ReceivedMail).order_by(ReceivedMail.received_at.desc())).first()


def decide(use_case, *args, **values):
    with unit_of_work():
        use_case(*args, **values)
    processing.process_due()


def a_case_of(mail, actor) -> Case:
    decide(deciding.make_case, mail.id, "BOR", actor=actor)
    return db.session.get_one(Case, row_of(mail.id).case_id)
