"""Mails as programs write them, and what becomes of them here: short words for the tests of this folder."""

import uuid
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import format_datetime

from sqlalchemy import select

from engage import clock, vault
from engage.domain import mail_addresses
from engage.domain.case import Identity, Road
from engage.domain.policy import Actor
from engage.domain.received_mail import MailRoad, MailState
from engage.extensions import db
from engage.models import Case, Message, OutboxMessage, PenItem, ReceivedMail, Recipient, Site
from engage.scope import pen_of
from engage.services import contact, intake
from engage.services.inbound import processing, receiving
from engage.services.intake import Concern
from engage.unit_of_work import unit_of_work
from tests import states

INBOX = "concerns@engage.test"
NEIGHBOUR = "neighbour@example.org"
STRANGER = "stranger@example.net"
SITE = "bor@mine.example.com"  # the own address of a site
WORDS = "The water from the tap is brown since Monday."


def a_team() -> states.Team:
    """A team whose site can be written to at an address of its own."""
    made = states.Team()
    with unit_of_work():
        db.session.get_one(Site, made.site_id).mail_address = SITE
    return made


def a_mail(
    words: str = WORDS,
    *,
    to: str = INBOX,
    sender: str | None = NEIGHBOUR,
    subject: str = "Re: Hello",
    files: Sequence[tuple[str, str, bytes]] = (),
    **headers: str,
) -> bytes:
    """A mail as a program on a phone writes it; `in_reply_to="…"` and its like become headers."""
    mail = EmailMessage()
    if sender is not None:
        mail["From"] = f"A neighbour <{sender}>"
    mail["To"] = to
    mail["Subject"] = subject
    mail["Date"] = format_datetime(clock.utcnow())
    mail["Message-ID"] = headers.pop("message_id", f"<{uuid.uuid4()}@phone.example.org>")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(words)
    for name, media_type, content in files:
        main, _, sub = media_type.partition("/")
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return mail.as_bytes()


def came(raw: bytes, *recipients: str, road: MailRoad = MailRoad.LMTP) -> ReceivedMail:
    """Take the mail in, let the worker deal with what is there, and return its row."""
    mail_id = receiving.receive(raw, road, recipients)
    processing.process_due()
    return row_of(mail_id)


def row_of(mail_id: uuid.UUID) -> ReceivedMail:
    db.session.rollback()
    return db.session.get_one(ReceivedMail, mail_id, populate_existing=True)


def item_of(mail: ReceivedMail) -> PenItem:
    return db.session.get_one(PenItem, mail.id, populate_existing=True)


def seen_by(actor: Actor) -> list[ReceivedMail]:
    """What of the pen somebody can see."""
    return list(db.session.scalars(select(ReceivedMail).where(pen_of(actor), ReceivedMail.state == MailState.PEN)))


def a_case_by_mail(
    site_id: uuid.UUID, *, email: str = NEIGHBOUR, road: Road = Road.RELAY, phone: str = "", **values: object
) -> str:
    """A concern of somebody who left a mail address; returns its reference."""
    identity = values.pop("identity", Identity.ANONYMOUS if road is Road.RELAY else Identity.NAMED)
    concern = Concern(**{"what_happened": WORDS, "identity": identity, "road": road, **values})
    reach = contact.Values(email=email or None, phone=phone or None, name="Somebody" if road is Road.DIRECT else None)
    with unit_of_work():
        return intake.submit(intake.new_token(), concern, site_id=site_id, reach=reach).reference


def notice_of(reference: str, template: str | None = None) -> OutboxMessage:
    """The newest notice to the person of a case."""
    wanted = select(OutboxMessage).join(Case, Case.id == OutboxMessage.case_id)
    wanted = wanted.where(Case.reference == reference, OutboxMessage.recipient == Recipient.PERSON)
    if template:
        wanted = wanted.where(OutboxMessage.template == template)
    return db.session.scalars(wanted.order_by(OutboxMessage.created_at.desc()).limit(1)).one()


def answer_to(notice: OutboxMessage) -> str:
    """The address to which the notice's reader answers."""
    return mail_addresses.reply_address(INBOX, notice.id, vault.key_for(vault.MAIL_ADDRESS))


def bounce_of(notice: OutboxMessage) -> str:
    """The address to which mail servers report on the notice."""
    return mail_addresses.bounce_address(INBOX, notice.id, vault.key_for(vault.MAIL_ADDRESS))


def messages_of(reference: str) -> list[Message]:
    return list(
        db.session.scalars(
            select(Message).join(Case, Case.id == Message.case_id).where(Case.reference == reference)
        ).all()
    )


def notices() -> list[OutboxMessage]:
    return list(db.session.scalars(select(OutboxMessage)))


def mails() -> list[ReceivedMail]:
    db.session.rollback()
    return list(db.session.scalars(select(ReceivedMail).order_by(ReceivedMail.received_at)))
