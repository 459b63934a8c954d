"""Files as they came, before what they tell of their sender was taken out: locked away, or not kept."""

import io

import pytest
from PIL import Image
from PIL.ExifTags import Base
from sqlalchemy import delete, select, update

from engage.domain.case import Identity, Road, Writer
from engage.domain.guards import Refused
from engage.domain.policy import NotAllowed, Role
from engage.extensions import db
from engage.models import Attachment, CaseEvent, Message, Original
from engage.services import attachments, cases, file_rotation, file_store, intake, originals
from engage.services.contact import Values
from engage.services.intake import Concern
from engage.services.wrapping import Count
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from tests import states, tampering
from tests.checked_record import within
from tests.notify.letters import forget_notices, told
from tests.promised import kinds_of
from tests.services import sealed
from tests.services.test_file_checks import film
from tests.states import act, case_of, person_of

WHY = "The court asks for the photo as it was taken."


def photo(maker: str = "TellingPhone") -> bytes:
    exif = Image.Exif()
    exif[Base.Make] = maker
    target = io.BytesIO()
    Image.new("RGB", (40, 20)).save(target, "JPEG", exif=exif)
    return target.getvalue()


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


@pytest.fixture
def reference(team):
    """The case of a person who gave their name."""
    made = sealed.a_named_case(team.site_id)
    forget_notices()
    return made


def send(reference: str, *contents: bytes, wants: bool = False) -> None:
    files = [attachments.check(io.BytesIO(content), f"dust {number}") for number, content in enumerate(contents)]
    act(reference, attachments.add_all, files, writer=Writer.PERSON, wants_originals=wants, actor=person_of(reference))


def rows() -> list[Original]:
    return list(db.session.scalars(select(Original).execution_options(populate_existing=True)))


def open_one(reference, actor, file_id=None):
    with unit_of_work():
        case = cases.lock(reference, actor)
        return originals.open_one(case, file_id or rows()[0].id, WHY, actor=actor)


def path_of(row):
    return settings().VAR / "files" / row.stored_as


def test_a_photo_that_was_drawn_anew_is_kept_as_it_came_sealed_with_its_digest_on_the_record(reference, team):
    send(reference, photo())
    [row] = rows()
    file = sealed.file(row.id)
    assert (row.media_type, row.size, row.case_id) == ("image/jpeg", len(photo()), case_of(reference).id)
    assert b"TellingPhone" not in path_of(row).read_bytes() + b"".join(file_store.content(file))
    assert b"".join(file_store.content(row)) == photo()
    event = db.session.scalars(select(CaseEvent).where(CaseEvent.kind == "OriginalKept")).one()
    assert event.content_digest == originals.digest_of_original(file, row)
    assert told() == []


def test_of_a_film_the_boxes_are_kept_and_a_paper_that_nobody_altered_is_kept_once(reference, team):
    send(reference, film(), b"words of a paper", film().replace(b"udta", b"skip"))
    assert [sealed.file(row.id).was_emptied for row in rows()] == [True]
    assert b"".join(file_store.content(rows()[0])) == film()
    assert db.session.scalars(select(Attachment.was_emptied).order_by(Attachment.name)).all() == [True, False, False]


def test_of_somebody_without_a_name_nothing_is_kept_that_may_tell_who_they_are(team):
    reference = states.a_case(team.site_id)
    send(reference, photo())
    assert rows() == []
    assert "OriginalKept" not in kinds_of(reference)


def test_of_somebody_without_a_name_it_is_kept_when_they_want_it(team):
    reference = states.a_case(team.site_id)
    send(reference, photo(), wants=True)
    assert len(rows()) == 1


@pytest.mark.parametrize(("wants", "kept"), [(False, 0), (True, 1)])
def test_with_the_concern_itself_the_same_holds(team, wants, kept):
    files = [attachments.check(io.BytesIO(photo()), "dust.jpg")]
    with unit_of_work():
        intake.submit(intake.new_token(), Concern("Dust", wants_originals=wants), site_id=team.site_id, files=files)
    assert len(rows()) == kept


def test_whoever_takes_their_name_back_takes_along_what_could_tell_it(reference, team):
    send(reference, photo(), film())
    paths = [path_of(row) for row in rows()]
    sealed.burn(reference, name_too=False)
    assert all(path.exists() for path in paths)
    sealed.burn(reference, name_too=True)
    assert (rows(), [path.exists() for path in paths]) == ([], [False, False])
    assert kinds_of(reference).count("OriginalsForgotten") == 1
    sealed.burn(reference, name_too=True)
    assert kinds_of(reference).count("OriginalsForgotten") == 1
    assert len(db.session.scalars(select(Attachment)).all()) == 2


def test_giving_a_name_or_another_address_takes_nothing(reference, team):
    send(reference, photo())
    sealed.change(reference, Identity.CONFIDENTIAL, Road.CUSTODIAN)
    assert len(rows()) == 1


def test_the_custodian_opens_it_with_a_reason_that_stays_and_the_person_is_told(reference, team):
    send(reference, photo())
    forget_notices()
    for _ in range(2):
        opened = open_one(reference, team.custodian)
        assert (opened.name, opened.media_type, b"".join(opened.content)) == ("dust 0.jpg", "image/jpeg", photo())
    assert told() == [("original_opened", None)] * 2
    assert kinds_of(reference)[-4:] == ["MessageWritten", "OriginalOpened"] * 2
    notes = db.session.scalars(select(Message).where(Message.writer == Writer.NOTE)).all()
    assert {(note.words, note.author_id) for note in notes} == {(WHY, team.custodian.id)}


def test_nobody_else_opens_it(reference, team):
    send(reference, photo())
    for role in (Role.COORDINATOR, Role.APPROVER, Role.AUDITOR):
        with pytest.raises(NotAllowed):
            open_one(reference, getattr(team, role.value))
    with pytest.raises(NotAllowed):
        act(reference, originals.open_one, rows()[0].id, WHY, actor=person_of(reference))
    assert "OriginalOpened" not in kinds_of(reference)


def test_of_a_restricted_case_the_focal_point_opens_it_and_the_custodian_does_not(team):
    reference = states.a_case(team.site_id, harms_child=True)
    send(reference, photo(), wants=True)
    assert b"".join(open_one(reference, team.focal).content) == photo()
    with pytest.raises(NotAllowed):
        originals.open_one(case_of(reference), rows()[0].id, WHY, actor=team.custodian)


def test_a_file_of_another_case_and_one_that_was_not_kept_are_refused(reference, team):
    send(reference, photo())
    other = sealed.a_named_case(team.site_id)
    paper = sealed.a_file(other, b"words of a paper")
    for file_id in (rows()[0].id, paper):
        with pytest.raises(Refused) as refused:
            open_one(other, team.custodian, file_id)
        assert refused.value.refusal.code == "no_original"


def test_one_that_is_gone_from_the_disk_is_refused_and_nothing_is_noted(reference, team):
    send(reference, photo())
    path_of(rows()[0]).unlink()
    with pytest.raises(Refused):
        open_one(reference, team.custodian)
    assert "OriginalOpened" not in kinds_of(reference)


def test_its_row_goes_with_the_row_of_its_file_whoever_deletes_that(reference, team, clock):
    send(reference, photo())
    path = path_of(rows()[0])
    with unit_of_work():
        db.session.execute(delete(Attachment))
    assert (rows(), path.exists()) == ([], True)
    assert file_store.remove_orphans(clock.now) == 0  # real files are younger than the test's clock
    with unit_of_work():
        assert file_store.remove_orphans(clock.now.replace(year=2999)) >= 2
    assert not path.exists()


def test_those_that_lie_plain_are_sealed_and_those_that_are_sealed_are_wrapped_anew(reference, team):
    send(reference, photo())
    with unit_of_work():
        row = rows()[0]
        path_of(row).write_bytes(photo())
        row.key_version = row.wrapped_key = None
    assert file_rotation.seal_plain() == Count(1)
    assert b"".join(file_store.content(rows()[0])) == photo()
    assert sum(file_rotation.used().values()) == 2


def test_one_that_was_touched_replaced_or_taken_away_is_named(seen_case, saved):
    send(seen_case, photo(), photo("Another"), wants=True)
    assert within(saved) == []
    first, second = rows()
    whole = path_of(first).read_bytes()
    path_of(first).write_bytes(whole[:-1])
    assert within(saved) == [f"case {seen_case}: file {first.id} as it came is not the one that came"]
    path_of(first).unlink()
    assert within(saved) == [f"case {seen_case}: file {first.id} as it came is missing"]
    path_of(first).write_bytes(whole)
    with unit_of_work():
        db.session.execute(update(Original).where(Original.id == first.id).values(sha256="0" * 64))
    assert f"case {seen_case}: file {first.id} as it came is not the one that was recorded" in within(saved)
    with unit_of_work():
        db.session.execute(delete(Original).where(Original.id == first.id))
    assert within(saved) == [f"case {seen_case}: file {first.id} as it came was taken away"]


def test_what_was_erased_on_the_record_is_not_missed(seen_case, saved):
    sealed.change(seen_case, Identity.NAMED, Road.NONE, Values(name="Given Family"))
    send(seen_case, photo())
    sealed.burn(seen_case, name_too=True)
    assert within(saved) == []
    send(seen_case, photo("Another"), wants=True)
    assert within(saved) == []


def test_one_that_goes_with_its_file_is_missed_and_one_without_its_file_stops_nothing(seen_case, saved):
    send(seen_case, photo(), photo("Another"), wants=True)
    first, second = sorted(row.id for row in rows())
    gone = f"case {seen_case}: 1 files that were recorded are not there any more"
    with tampering.unguarded() as own:
        own.execute(delete(Attachment).where(Attachment.id == first))
    found = within(saved)
    assert gone in found
    assert f"case {seen_case}: file {first} as it came has lost the file that was made of it" in found
    assert not any(str(second) in words for words in found)
    with tampering.unguarded() as own:
        own.execute(delete(Original).where(Original.id == first))
    assert {gone, f"case {seen_case}: file {first} as it came was taken away"} <= set(within(saved))
