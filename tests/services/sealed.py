"""What the vault holds of a case, read raw, put back, and sealed as it was before there were keys of cases."""

import io
import json
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, inspect, select, text

from engage import data_keys, vault
from engage.domain.case import Identity, Road, Writer
from engage.extensions import db
from engage.models import Attachment, Base, DataKey, SealedContact, SealedIdentity
from engage.services import attachments, contact, file_store
from engage.services.contact import Values
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests.states import a_case, act, case_of, person_of

NAME, ADDRESS = "Given Family", "person@example.org"
KINDS: tuple[type[Base], ...] = (DataKey, SealedIdentity, SealedContact, Attachment)


def a_named_case(site_id, road: Road = Road.DIRECT) -> str:
    """The case of a person with a name and an address; returns its reference."""
    reference = a_case(site_id)
    change(reference, Identity.NAMED, road, Values(name=NAME, email=ADDRESS))
    return reference


def change(reference: str, identity: Identity, road: Road, values: Values | None = None) -> None:
    """Change who the person is and how to reach them, as the person."""
    keep = {"identity": identity, "road": road, "values": values or Values()}
    act(reference, contact.set_contact, **keep, actor=person_of(reference))


def burn(reference: str, *, name_too: bool) -> None:
    """Erase the address, and the name too if asked, as the person."""
    act(reference, contact.burn, actor=person_of(reference), name_too=name_too)


def who(reference: str) -> SealedIdentity:
    """The identity as it is stored now."""
    return db.session.get_one(SealedIdentity, case_of(reference).id, populate_existing=True)


def reach(reference: str) -> SealedContact:
    """The contact as it is stored now."""
    return db.session.get_one(SealedContact, case_of(reference).id, populate_existing=True)


def key(reference: str) -> DataKey | None:
    """The key of the case as it is stored now."""
    return db.session.get(DataKey, case_of(reference).id, populate_existing=True)


def a_file(reference: str, content: bytes, name: str = "paper.txt") -> uuid.UUID:
    """A file that the person sent; returns its id."""
    files, kept = [attachments.check(io.BytesIO(content), name)], []

    def keep(case, *, actor):
        kept.extend(row.id for row in attachments.add_all(case, files, actor=actor, writer=Writer.PERSON))

    act(reference, keep, actor=person_of(reference))
    return kept[0]


def file(file_id: uuid.UUID) -> Attachment:
    """The file as its row is now."""
    return db.session.get_one(Attachment, file_id, populate_existing=True)


def path_of(file_id: uuid.UUID) -> Path:
    """Where its bytes lie."""
    return settings().VAR / "files" / file(file_id).stored_as


def lay_plain(file_id: uuid.UUID) -> Path:
    """Lay the bytes of a file plain, as before there were keys of files; returns where."""
    plain = b"".join(file_store.content(file(file_id)))
    path = path_of(file_id)
    with unit_of_work():
        row = file(file_id)
        path.write_bytes(plain)
        row.key_version = row.wrapped_key = None
    return path


@dataclass(frozen=True)
class Copy:
    """Every row of the vault as it was, and every value of the database."""

    rows: dict[type[Base], list[dict[str, Any]]]
    dump: bytes


def backup() -> Copy:
    """Copy the database: its rows of the vault, and everything in it as bytes."""
    db.session.rollback()
    rows = {}
    for kind in KINDS:
        names = [column.key for column in inspect(kind).columns]
        rows[kind] = [{name: getattr(row, name) for name in names} for row in db.session.scalars(select(kind))]
    dump = b""
    for table in Base.metadata.sorted_tables:
        for row in db.session.execute(text(f'SELECT * FROM "{table.name}"')):
            dump += b"\n".join(bytes(one) if isinstance(one, bytes | memoryview) else str(one).encode() for one in row)
    return Copy(rows, dump)


def restore(copy: Copy, *kinds: type[Base]) -> None:
    """Put rows of the vault back as a backup has them, all kinds unless some are named."""
    db.session.rollback()
    with unit_of_work():
        for kind in kinds or KINDS:
            db.session.execute(delete(kind))
            if copy.rows[kind]:
                db.session.execute(insert(kind), copy.rows[kind])
    db.session.expire_all()


def as_before(reference: str) -> None:
    """Seal what the case holds with the root secret, as it was done before there were keys of cases."""
    with unit_of_work():
        for row in (who(reference), reach(reference)):
            plain = data_keys.content(row)
            is_relay = isinstance(row, SealedContact) and row.to_worker
            row.sealed = plain if is_relay else vault.seal(json.loads(plain))
            row.under_data_key = False
        db.session.delete(key(reference))
