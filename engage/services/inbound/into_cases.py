"""A mail becomes part of a case: a message of its person, a note among staff, or a case of its own."""

import uuid
from datetime import datetime

from engage import vault
from engage.domain.case import BY_TEXT, Identity, Road, Writer
from engage.domain.policy import Actor, Party
from engage.domain.received_mail import is_number
from engage.incoming.mail import Incoming
from engage.models import Case, Message, Site
from engage.notify import gateways
from engage.services import attachments, cases, contact, conversation, intake, receipt_codes
from engage.services.conversation import Came
from engage.services.inbound.files import Gate
from engage.services.inbound.penning import WORDS_MOST, hidden
from engage.services.intake import Concern

CHANNEL = "mail"  # of a message
NEW_CHANNEL = "email"  # of a case, as whoever takes one down calls it


def message(case: Case, mail: Incoming, gate: Gate) -> Message:
    """Add the mail as a message of the case's person, as if they had written it on their page.

    The caller holds the case by its lock. The same mail by another door finds the first message.

    Raises:
        NotAllowed: everything of the case was erased.
        FileRefused: there is no room for its files; the whole unit of work has to roll back.
    """
    person = Actor(id=None, party=Party.PERSON, case_id=case.id)
    words, version = said(mail), case.version
    token = f"{case.id}:{mark_of(mail)}"
    made = conversation.write_as_person(case, words, actor=person, token=token, came=_came(mail, words, gate))
    if case.version != version:  # else it was here before, with its files
        attachments.add_all(case, gate.checked, actor=person, writer=Writer.PERSON, message=made)
    return made


def note(case: Case, mail: Incoming, gate: Gate, *, actor: Actor) -> Message:
    """Add the mail as a note that only staff can read: it is from somebody else than the case's person.

    Raises:
        NotAllowed: policy refuses the actor.
        FileRefused: there is no room for its files.
    """
    words = said(mail)
    made = conversation.note(case, words, actor=actor, came=_came(mail, words, gate))
    attachments.add_all(case, gate.checked, actor=actor, writer=Writer.NOTE, message=made)
    return made


def new_case(mail: Incoming, gate: Gate, site: Site, received_at: datetime) -> Case:
    """Make a case of the mail. Its sender stays without a name, and is answered by an address that nobody here reads.

    Its clocks run from when the mail reached us, however long it waited for somebody to sort it (R08).
    They did not choose how much we may know of them, so we know the least (product 5). They get the acknowledgement of
    every case, and a link with which they make their code. The same mail by another door finds the first case. Of a
    text the number is kept in the same way, and the link goes there.

    Raises:
        ContactRefused: there is no address to which anything could be sent.
        FileRefused: there is no room for its files.
    """
    stated = hidden(mail, _stated(mail))[:WORDS_MOST]
    concern = Concern(
        what_happened=stated,
        locale=site.locale,
        channel=BY_TEXT if is_number(mail.sender) else NEW_CHANNEL,
        identity=Identity.ANONYMOUS,
        road=Road.RELAY,
    )
    received = intake.submit(
        mark_of(mail)[:32],
        concern,
        site_id=site.id,
        reach=contact.Values(phone=mail.sender) if is_number(mail.sender) else contact.Values(email=mail.sender),
        files=gate.checked,
        received_at=received_at,
    )
    case = cases.lock_own(received.case_id)
    if received.is_new:
        receipt_codes.send_first_link(case)
    return case


def can_be_answered(mail: Incoming) -> bool:
    """Whether the sender's address is one that a mail can be sent to, or their number one for texts."""
    if is_number(mail.sender):
        return gateways.is_there()
    return mail.sender is not None and contact.address_as_kept(mail.sender) is not None


def lock(case_id: uuid.UUID) -> Case | None:
    """Return the case for changing, None where nothing can be added to it any more."""
    case = cases.lock_own(case_id)
    return case if case.erased_at is None and case.moved_at is None else None


def said(mail: Incoming, *, whole: bool = False) -> str:
    """Return what the mail says, with the subject that its writer typed; `whole`: with what it quotes, too."""
    parts = (mail.own_subject, mail.text if whole else mail.shown)
    return hidden(mail, "\n\n".join(part for part in parts if part))[:WORDS_MOST]


def _came(mail: Incoming, words: str, gate: Gate) -> Came:
    whole = said(mail, whole=True)
    return Came(
        BY_TEXT if is_number(mail.envelope_sender) else CHANNEL, whole if whole != words else None, gate.left_out
    )


def _stated(mail: Incoming) -> str:
    """What a new concern says: its subject belongs to it, since many write half of it there."""
    return "\n\n".join(part for part in (mail.subject, mail.text) if part)


def mark_of(mail: Incoming) -> str:
    """Return what tells this mail from every other, whatever headers it collected: 64 hexadecimal characters.

    Its Message-ID alone would not do: anybody can write one a second time. Where it has none its date stands for it, so
    that whoever asks the same a month later is heard. With neither a mail is like no other: rather twice than never.
    """
    files = [one.content for one in mail.files]
    own = mail.message_id or (mail.sent_at.isoformat() if mail.sent_at is not None else uuid.uuid4().hex)
    parts = [own.encode(), (mail.sender or "").encode(), mail.subject.encode(), mail.text.encode(), *files]
    return vault.digest(b"".join(len(part).to_bytes(8, "big") + part for part in parts), vault.MAIL)
