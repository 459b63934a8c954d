"""A concern comes in: from the person through the form, or taken down by staff."""

import secrets
import uuid
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import lazyload
from sqlalchemy.orm.attributes import set_committed_value

from engage import clock, vault
from engage.domain import receipts
from engage.domain.case import Identity, Kind, Road, Writer, class_of
from engage.domain.events import CaseReceived
from engage.domain.lifecycle import Stage
from engage.domain.policy import Actor, NotAllowed, Party, Role
from engage.extensions import db
from engage.models import Attachment, Case, Receipt, Site, Statement
from engage.services import attachments, contact, deadlines, search_index, sites
from engage.services.attachments import Checked
from engage.services.chain import GENESIS
from engage.services.timeline import digest_of, record

TITLE_LENGTH = 80
CODE_SHOWN_FOR = timedelta(hours=24)  # Source: product 5, receipt code.
# Who may take down a concern for somebody. Source: product 6.
TAKERS = (Role.LIAISON, Role.COORDINATOR, Role.OFFICER, Role.APPROVER, Role.FOCAL)

NOTHING = contact.Values()


class AnotherConcern(ValueError):
    """The form's token belongs to a concern that was sent before with other words."""


@dataclass(frozen=True, slots=True)
class Concern:
    """What came in. Only one of words and files is needed; everything else may be missing."""

    what_happened: str = ""
    kind: Kind = Kind.GRIEVANCE
    where_it_happened: str | None = None
    when_it_happened: str | None = None
    what_would_make_it_right: str | None = None
    speaks_as: str | None = None
    on_behalf: bool = False
    is_collective: bool = False
    category: str | None = None
    harms_child: bool = False
    locale: str = "en"
    channel: str = "web"
    identity: Identity = Identity.ANONYMOUS
    road: Road = Road.NONE
    flagged: bool = False
    read_back: bool | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """What the person is given: the code only while it may still be shown."""

    case_id: uuid.UUID
    reference: str
    code: str | None
    is_new: bool


def new_token() -> str:
    """Return a fresh token for a form: 128 random bits, from which the receipt code is derived."""
    return secrets.token_hex(16)


def is_token(text: str) -> bool:
    """Whether the text is a form's token: 32 hexadecimal characters, as `new_token` makes them."""
    return len(text) == 32 and all(char in "0123456789abcdef" for char in text)


def submit(
    token: str,
    concern: Concern,
    *,
    site_id: uuid.UUID | None = None,
    reach: contact.Values = NOTHING,
    files: Sequence[Checked] = (),
) -> Received:
    """Make a case of the concern, or find the one that the same form made before.

    A double click, a reload or a resend carries the same token and is answered with the same case, and with the same
    code until the code's first use or for 24 hours. Without a site the case waits at the group intake. `reach` holds
    who the person is and where to reach them, as the concern's identity and road need it.

    Raises:
        ContactRefused: what was typed to reach the person cannot be kept.
        FileRefused: there is no room for the files.
    """
    site = sites.for_intake(site_id)
    return _receive(token, concern, site, reach, files, received_at=clock.utcnow(), taker=None)


def take_down(
    token: str,
    concern: Concern,
    *,
    site_id: uuid.UUID,
    received_at: datetime,
    actor: Actor,
    reach: contact.Values = NOTHING,
    files: Sequence[Checked] = (),
) -> Received:
    """Make a case of what somebody told a member of staff. Clocks run from the day anyone of us was told (R08).

    The operator sees the code, so the person must change it at its first use.

    Raises:
        NotAllowed: the actor takes down no concerns at this site.
        ContactRefused: what was typed to reach the person cannot be kept.
        FileRefused: there is no room for the files.
    """
    if not any(actor.has(role, site_id) for role in TAKERS):
        raise NotAllowed("take_down")
    site = sites.for_intake(site_id)
    return _receive(token, concern, site, reach, files, received_at=received_at, taker=actor)


def already_received(token: str, words: Mapping[str, str | None], files: Set[str] = frozenset()) -> Received | None:
    """Return what the form made before, or None while it made nothing.

    `words` are its fields by name, `files` the SHA-256 of its files as they are kept.

    Raises:
        AnotherConcern: the form was sent before with other words or files; what came now would be lost if it were
            taken for a resend. Empty fields are those of a form whose words lay in a draft.
    """
    raw = bytes.fromhex(token)
    case = _case_of(raw)
    if case is None:
        return None
    stated = db.session.get(Statement, case.id)
    for name in ("what_happened", "where_it_happened", "when_it_happened", "what_would_make_it_right"):
        if stated is not None and words.get(name) and words[name] != getattr(stated, name):
            raise AnotherConcern
    if files and files - set(db.session.scalars(select(Attachment.sha256).where(Attachment.case_id == case.id))):
        raise AnotherConcern
    return _received_before(case, raw)


def _receive(
    token: str,
    concern: Concern,
    site: Site,
    reach: contact.Values,
    files: Sequence[Checked],
    *,
    received_at: datetime,
    taker: Actor | None,
) -> Received:
    raw = bytes.fromhex(token)
    while (case := _new_case(concern, site, vault.digest(raw, vault.TOKEN), received_at, taker)) is None:
        # The same form was here before, maybe a moment ago: its case is the one. Else the reference was taken, of
        # which there are 33 million a site and year, and another is drawn.
        if found := _case_of(raw):
            return _received_before(found, raw)
    code = vault.code_for(raw)
    statement = _statement(case, concern)
    receipt = Receipt(
        case_id=case.id,
        code_digest=vault.digest(code, vault.CODE),
        must_change=taker is not None,
        made_at=case.recorded_at,
    )
    db.session.add_all([statement, receipt])
    deadlines.open_at_receipt(case)
    actor = taker or Actor(id=None, party=Party.PERSON, case_id=case.id)
    if (concern.identity, concern.road) != (Identity.ANONYMOUS, Road.NONE):
        contact.set_contact(case, identity=concern.identity, road=concern.road, values=reach, actor=actor)
    record(
        case,
        CaseReceived(channel=case.channel, kind_of_case=case.kind.value, on_behalf=case.on_behalf),
        actor=actor,
        content=digest_of_statement(statement),
    )
    attachments.add_all(case, files, actor=actor, writer=Writer.PERSON)
    search_index.index_new(case, statement)
    return Received(case.id, case.reference, code, is_new=True)


def _case_of(raw: bytes) -> Case | None:
    return db.session.scalar(select(Case).where(Case.submission_digest == vault.digest(raw, vault.TOKEN)))


def _received_before(case: Case, raw: bytes) -> Received:
    return Received(case.id, case.reference, _code_still_shown(raw), is_new=False)


# Built once for either database. A case that is there already is left as it is, and nothing comes back.
_NEW_CASE = {
    name: insert(Case).on_conflict_do_nothing().returning(Case).options(lazyload(Case.appeals), lazyload(Case.subjects))
    for name, insert in (("postgresql", postgresql.insert), ("sqlite", sqlite.insert))
}


def _new_case(concern: Concern, site: Site, submission: str, received_at: datetime, taker: Actor | None) -> Case | None:
    """Insert the case; None when there is one with its submission or its reference already."""
    now = clock.utcnow()
    values = dict(
        id=uuid.uuid4(),
        reference=receipts.reference_from(secrets.token_bytes(8), site_code=site.code, year=now.year),
        submission_digest=submission,
        site_id=site.id,
        rule_set_id=sites.rule_set_in_force(site.id, now),
        kind=concern.kind,
        stage=Stage.RECEIVED,
        class_=class_of(concern.identity, category=concern.category, subcategory=None, harms_child=concern.harms_child),
        identity=concern.identity,
        road=concern.road,
        channel=concern.channel,
        speaks_as=concern.speaks_as,
        on_behalf=concern.on_behalf,
        is_collective=concern.is_collective,
        category=concern.category,
        harms_child=concern.harms_child,
        fact_codes=[],
        locale=concern.locale,
        received_at=received_at,
        recorded_at=now,
        recorded_by_id=taker.id if taker else None,
        read_back=concern.read_back,
        flagged=concern.flagged,
        version=0,
        head_hash=GENESIS,
    )
    case = db.session.scalar(_NEW_CASE[db.session.get_bind().dialect.name], values)
    if case is not None:  # nobody has appealed it, and it is about none of us, as far as anyone knows
        set_committed_value(case, "appeals", [])
        set_committed_value(case, "subjects", [])
    return case


def _statement(case: Case, concern: Concern) -> Statement:
    return Statement(
        case_id=case.id,
        salt=vault.salt(),
        what_happened=concern.what_happened,
        where_it_happened=concern.where_it_happened,
        when_it_happened=concern.when_it_happened,
        what_would_make_it_right=concern.what_would_make_it_right,
        title=title_of(concern.what_happened),
    )


def title_of(words: str) -> str:
    """Return the first words of a concern, for lists; empty when only a recording or a photo speaks."""
    line = " ".join(words.split())
    if len(line) <= TITLE_LENGTH:
        return line
    return line[: TITLE_LENGTH + 1].rsplit(" ", 1)[0][:TITLE_LENGTH].rstrip(".,;:…") + "…"


def digest_of_statement(statement: Statement) -> str:
    """Return the salted digest under which the record keeps the person's words."""
    return digest_of(
        statement.salt,
        statement.what_happened,
        statement.where_it_happened,
        statement.when_it_happened,
        statement.what_would_make_it_right,
    )


def _code_still_shown(raw: bytes) -> str | None:
    """The code of a form that is sent again, while nobody used it and it is younger than a day."""
    code = vault.code_for(raw)
    receipt = db.session.scalar(select(Receipt).where(Receipt.code_digest == vault.digest(code, vault.CODE)))
    if receipt is None or receipt.first_used_at is not None or receipt.ended_at is not None:
        return None
    return code if clock.utcnow() < receipt.made_at + CODE_SHOWN_FOR else None
