"""Cases whose person can be reached, and notices about them, for the tests of delivery."""

import uuid
from datetime import timedelta

from engage import clock, vault
from engage.domain.case import Identity, Road
from engage.extensions import db
from engage.models import Case, CodeLink, OutboxMessage, Recipient
from engage.notify import outbox
from engage.services import contact
from engage.services.contact import Values
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests.states import a_case, act, case_of, person_of

ADDRESS = "amina@people.example.org"
SAMPLE = {
    "home": "https://localhost/",
    "how_it_works": "https://localhost/how-it-works",
    "outside_avenues": "https://localhost/outside-avenues",
    "time_zone": "Europe/Belgrade",
    "reference": "BOR-26-7K3QX",
    "kind": "grievance",
    "channel": "web",
    "received_at": "2026-03-02T09:00:00+00:00",
    "site": "Site BOR",
    "phone": "+1 555 0100",
    "phone_hours": "8 to 17",
    "office": "At the main gate",
    "avenues": ["The ombudsman: +1 555 0199"],
    "dates": [{"promise": "assess", "due_at": "2026-03-06T23:30:00+00:00"}],
    "link": "https://localhost/case",
    "code": "7K3Q-7K3Q-7K3Q-7K3Q",
    "ask_again": "https://localhost/account/forgot-password",
    "inbox": "https://localhost/staff/",
    "day": "https://localhost/staff/day",
    "count": "3",
    "respond_by": "2026-03-17T09:00:00+00:00",
    "new_date": "2026-03-20T09:00:00+00:00",
    "starts_at": "2026-03-03T09:00:00+00:00",
    "ends_at": "2026-03-19T23:00:00+00:00",
    "due_at": "2026-03-19T23:00:00+00:00",
    "offers_panel": "yes",
    "promise": "propose",
    "late": "3",
    "on": "2026-04-01T12:00:00+00:00",
    "own": "yes",
    "flagged": "3",
    "number": "12",
    "document": '{"checkpoint":{"number":12}}',
    "confirm": "https://localhost/case/address/TOKEN",
    "more": "2",
    "again": "yes",
    "choose": "https://localhost/account/notices",
    "new": "1",
    "mine": "2",
    "mentions": "0",
    "open": "12",
    "due_soon": "4",
    "unassigned": "1",
    "references": "BOR-26-7K3QX, BOR-26-7K3QY",
    **dict.fromkeys(("received", "acknowledged", "assessed", "investigating"), "2"),
    **dict.fromkeys(("proposed", "implementing", "appealed", "independent"), "0"),
}


def a_case_with(
    road: Road, *, site_id: uuid.UUID | None = None, identity: Identity | None = None, **values: str
) -> str:
    """A case whose person chose the road; with no other values they left an e-mail address. Returns its reference."""
    vault.make_worker_keys(settings().VAR)
    fitting = {Road.RELAY: Identity.ANONYMOUS, Road.CUSTODIAN: Identity.CONFIDENTIAL}.get(road, Identity.NAMED)
    reference = a_case(site_id)
    act(
        reference,
        contact.set_contact,
        identity=identity or fitting,
        road=road,
        values=Values(**(values or {"email": ADDRESS})),
        actor=person_of(reference),
    )
    return reference


def forget_notices() -> None:
    """Empty the outbox, so that a test starts with the notices it owes itself."""
    with unit_of_work():
        for row in db.session.query(OutboxMessage):
            db.session.delete(row)


def told() -> list[tuple[str, uuid.UUID | None]]:
    """Who is owed what: message and user, the person being None."""
    return [(row.template, row.user_id) for row in db.session.query(OutboxMessage)]


def a_notice(
    reference: str | None = None, *, user_id: uuid.UUID | None = None, key: str | None = None, **values
) -> str:
    """Owe one notice; returns its dedupe key."""
    key = key or uuid.uuid4().hex
    case: Case | None = case_of(reference) if reference else None
    template = "new_case" if user_id else "case_news"
    with unit_of_work():
        outbox.enqueue(
            outbox.Owed(
                dedupe_key=key,
                recipient=Recipient.STAFF if user_id else Recipient.PERSON,
                user_id=user_id,
                case_id=case.id if case else None,
                **{"template": template, "locale": "en", **values},
            )
        )
    return key


def a_link_to_code(reference: str) -> uuid.UUID:
    """A link with which the person of the case makes a code; its id. No notice takes it to them."""
    link_id = uuid.uuid4()
    digest = vault.digest(vault.link_token(link_id), vault.LINK)
    with unit_of_work():
        ends = clock.utcnow() + timedelta(days=1)
        db.session.add(CodeLink(id=link_id, case_id=case_of(reference).id, link_digest=digest, expires_at=ends))
    return link_id


def row_of(key: str) -> OutboxMessage:
    """The notice as the database has it now."""
    db.session.rollback()
    return db.session.query(OutboxMessage).filter_by(dedupe_key=key).one()
