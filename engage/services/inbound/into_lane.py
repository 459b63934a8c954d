"""A mail that belongs to a report of the restricted lane: sealed there, and it goes nowhere else."""

import uuid

from sqlalchemy import select

from engage.extensions import db
from engage.incoming.mail import Incoming
from engage.models import LaneReport, ReceivedMail
from engage.services.inbound import finding, raw_copy
from engage.services.inbound.into_cases import mark_of, said
from engage.services.inbound.penning import hidden
from engage.services.lane import words
from engage.services.lane.record import lock_own


def lock(case_id: uuid.UUID | None) -> LaneReport | None:
    """Return the report that the case became, for changing; None where it became none."""
    became = select(LaneReport.id).where(LaneReport.case_id == case_id, LaneReport.case_id.is_not(None))
    report_id = db.session.scalar(became)
    return lock_own(report_id) if report_id is not None else None


def keep(row: ReceivedMail, report_id: uuid.UUID, mail: Incoming, *, from_person: bool | None = None) -> None:
    """Seal what the mail says for the focal points of the report, in the open unit of work.

    `from_person` is what a focal point says of its sender; where nobody says anything, the address tells.

    Of one that was erased nothing is kept, the mail as it came neither: that is what she was promised. The lane has no
    files; their names stand below the words. There is no second place for the whole of it, so nothing is cut out.

    Raises:
        Unreadable, NoRing, FileNotFoundError: the keys are not here.
    """
    report = lock_own(report_id)
    row.lane_report_id, row.is_restricted, row.site_id = report.id, True, report.site_id
    if report.erased_at is not None:
        raw_copy.forget(row)
        return
    names = [f"[{hidden(mail, one.name)}]" for one in mail.files if one.name]
    told = "\n".join([said(mail, whole=True), *names]).strip()
    if from_person is None:
        from_person = finding.is_from_holder(report.id, mail.sender)
    words.keep_mail(report, told, mark_of(mail), is_hers=from_person and not report.for_other)
