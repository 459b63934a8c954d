"""Files are kept safely and opened only for those who may."""

import errno
import io
import os
import uuid
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from engage import clock
from engage.domain.case import Writer
from engage.domain.policy import Actor, Membership, NotAllowed, Party, Role
from engage.extensions import db
from engage.models import Attachment, Case, CaseEvent
from engage.services import attachments, cases, file_store, intake, retention
from engage.services.attachments import FileRefused
from engage.services.intake import Concern
from engage.settings import settings
from engage.unit_of_work import unit_of_work


def picture() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (40, 20)).save(target, "JPEG")
    return target.getvalue()


def checked(content: bytes, name: str = "file") -> attachments.Checked:
    return attachments.check(io.BytesIO(content), name)


@pytest.fixture
def received(session):
    with unit_of_work():
        return intake.submit(intake.new_token(), Concern("Dust"))


def keep(received, *contents: bytes, writer: Writer = Writer.PERSON) -> list[uuid.UUID]:
    with unit_of_work():
        case = cases.lock_own(received.case_id)
        actor = Actor(id=None, party=Party.PERSON, case_id=case.id)
        files = [checked(content, "dust.jpg") for content in contents]
        return [row.id for row in attachments.add_all(case, files, actor=actor, writer=writer)]


def stored_files() -> list[str]:
    folder = settings().VAR / "files"
    return [path.relative_to(folder).as_posix() for path in folder.glob("*/*")]


@pytest.fixture(autouse=True)
def empty_store(session):
    for name in stored_files():
        (settings().VAR / "files" / name).unlink()


def test_a_file_is_kept_under_a_random_name_and_its_digest_stands_in_the_record(received):
    (file_id,) = keep(received, picture())
    row = db.session.get(Attachment, file_id)
    event = db.session.scalars(select(CaseEvent).where(CaseEvent.kind == "FilesAdded")).one()
    assert stored_files() == [row.stored_as]
    assert "dust" not in row.stored_as and len(row.stored_as) == 35
    assert event.content_digest == attachments.digest_of_files([row])


def test_a_file_and_its_folder_are_for_us_alone(received):
    keep(received, picture())
    path = settings().VAR / "files" / stored_files()[0]
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_nothing_is_recorded_when_no_file_comes(received):
    assert keep(received) == []
    assert db.session.scalars(select(CaseEvent).where(CaseEvent.kind == "FilesAdded")).all() == []


def test_a_rollback_takes_the_file_away_again(received):
    with pytest.raises(RuntimeError), unit_of_work():
        attachments.add(cases.lock_own(received.case_id), checked(picture()), writer=Writer.PERSON)
        assert len(stored_files()) == 1
        raise RuntimeError
    assert stored_files() == []


def test_a_full_disk_is_told_and_leaves_nothing_behind(received, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FileRefused) as refused:
        keep(received, picture())
    assert refused.value.code == "no_space"
    assert stored_files() == []


def test_a_disk_that_breaks_is_not_taken_for_a_full_one(received, monkeypatch):
    def broken(descriptor):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="Input/output"):
        keep(received, picture())


def test_files_that_no_row_knows_are_removed_once_they_are_old(received):
    keep(received, picture())
    known = stored_files()[0]
    orphan = settings().VAR / "files" / "ab" / ("ab" + "0" * 30)
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_bytes(b"left behind")

    assert file_store.remove_orphans(clock.utcnow()) == 0
    assert file_store.remove_orphans(clock.utcnow() + timedelta(hours=2)) == 1
    assert file_store.remove_orphans(clock.utcnow() + timedelta(hours=2)) == 0
    assert stored_files() == [known]


def test_the_daily_clean_up_takes_orphans_away(received, clock):
    orphan = settings().VAR / "files" / "ab" / ("ab" + "0" * 30)
    orphan.parent.mkdir(parents=True, exist_ok=True)
    orphan.write_bytes(b"left behind")
    os.utime(orphan, (0, 0))
    assert retention.apply() >= 1
    assert not orphan.exists()


def staff(role: Role, received) -> Actor:
    site_id = db.session.get(Case, received.case_id).site_id
    return Actor(id=uuid.uuid4(), memberships=frozenset({Membership(role, site_id)}))


def test_the_person_and_the_case_team_can_open_a_file(received):
    (file_id,) = keep(received, picture())
    person = Actor(id=None, party=Party.PERSON, case_id=received.case_id)
    for actor in (person, staff(Role.COORDINATOR, received)):
        opened = attachments.open_file(file_id, actor)
        assert (opened.name, opened.media_type) == ("dust.jpg", "image/jpeg")
        with Image.open(io.BytesIO(b"".join(opened.content))) as shown:
            assert shown.size == (40, 20)


def test_the_file_of_another_case_and_of_a_note_do_not_exist_for_the_person(received):
    (note_file,) = keep(received, picture(), writer=Writer.NOTE)
    (file_id,) = keep(received, picture())
    person = Actor(id=None, party=Party.PERSON, case_id=received.case_id)
    stranger = Actor(id=None, party=Party.PERSON, case_id=uuid.uuid4())
    for wanted, actor in ((file_id, stranger), (note_file, person), (uuid.uuid4(), person)):
        with pytest.raises(NoResultFound):
            attachments.open_file(wanted, actor)


def test_an_auditor_reads_masked_and_opens_no_file(received):
    (file_id,) = keep(received, picture())
    with pytest.raises(NotAllowed):
        attachments.open_file(file_id, staff(Role.AUDITOR, received))
