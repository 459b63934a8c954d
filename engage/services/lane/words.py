"""What is written between her and the focal points, and notes among these. Sealed before it is written anywhere."""

import uuid

from sqlalchemy import select

from engage import clock, lane_keys, vault
from engage.domain.case import Writer
from engage.domain.guards import Refusal, stop_if
from engage.domain.lane import Course, Happened
from engage.domain.lane_policy import LanePermission, require_in_lane
from engage.domain.policy import Actor, Party
from engage.extensions import db
from engage.models import LaneReport, LaneWord
from engage.notify import lane_rules
from engage.services import sent_forms
from engage.services.lane.record import record
from engage.services.timeline import digest_of


def write(report: LaneReport, said: str, *, actor: Actor, mark: str | None = None) -> None:
    """Write to the other side, who is told that there is something. Sent twice, it is written once.

    Nothing is written to who told of somebody else: it could only be about the survivor.

    Raises:
        NotAllowed: policy refuses the actor.
        Refused: she stopped, or it is closed; or nobody may be written to.
    """
    require_in_lane(actor, LanePermission.WRITE, report.facts)
    is_hers = actor.party is Party.PERSON
    stop_if(Refusal("lane_not_open") if report.course is not Course.OPEN else None)
    stop_if(Refusal("lane_nobody_to_write_to") if report.for_other and not is_hers else None)
    event_id = _keep(report, said, Writer.PERSON if is_hers else Writer.STAFF, Happened.WRITTEN, actor, mark)
    if event_id is None:
        return
    if is_hers:
        report.unread = True
        lane_rules.tell_focal_points(report, event_id=event_id)
    else:
        lane_rules.tell_holder(report, event_id=event_id)


def note(
    report: LaneReport, said: str, what: Happened = Happened.WRITTEN, *, actor: Actor, mark: str | None = None
) -> None:
    """Write something for the focal points alone. Sent twice, it is written once.

    Raises:
        NotAllowed: policy refuses the actor.
    """
    require_in_lane(actor, LanePermission.NOTE, report.facts)
    _keep(report, said, Writer.NOTE, what, actor, mark)


def keep_mail(report: LaneReport, said: str, mark: str, *, is_hers: bool) -> None:
    """Seal what came by mail, for the focal points, who are told. Sent twice, it is written once.

    From her own address it is hers; from any other it is a note among them, since nobody knows who wrote it. It is
    kept when she has stopped or the report is closed, too, while there is a key to seal it under.
    """
    person = Actor(id=None, party=Party.PERSON, case_id=report.id)
    event_id = _keep(report, said, Writer.PERSON if is_hers else Writer.NOTE, Happened.WRITTEN, person, mark)
    if event_id is not None:
        report.unread = True
        lane_rules.tell_focal_points(report, event_id=event_id)


def sealed_row(
    report_id: uuid.UUID, key: bytes, said: str, writer: Writer, author_id: uuid.UUID | None
) -> tuple[LaneWord, str]:
    """Return something written, sealed, for the caller to add, and the digest under which the record keeps it."""
    row_id, values = uuid.uuid4(), {"words": said, "salt": vault.salt()}
    sealed = lane_keys.sealed(key, values, row_id, LaneWord.__tablename__)
    row = LaneWord(
        id=row_id, report_id=report_id, writer=writer, author_id=author_id, sealed=sealed, written_at=clock.utcnow()
    )
    return row, digest_of(values["salt"], said)


def _keep(
    report: LaneReport, said: str, writer: Writer, what: Happened, actor: Actor, mark: str | None
) -> uuid.UUID | None:
    """Seal and record it; None where the same form was here before."""
    submission = vault.digest(str(sent_forms.row_of(mark, actor)), vault.TOKEN) if mark else None
    if submission is not None and _was_here(submission):
        return None
    author_id = actor.id if actor.party is Party.STAFF else None
    row, digest = sealed_row(report.id, lane_keys.key_of(report.id), said, writer, author_id)
    row.submission_digest = submission
    db.session.add(row)
    return record(report, what, actor=actor, content=digest, writer=writer.value).id


def _was_here(submission: str) -> bool:
    wanted = select(LaneWord.id).where(LaneWord.submission_digest == submission)
    return db.session.scalar(wanted) is not None
