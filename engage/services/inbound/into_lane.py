"""A mail that belongs to a report of the restricted lane: sealed there, and it goes nowhere else."""

import uuid

from engage.incoming.mail import Incoming
from engage.models import ReceivedMail
from engage.services.inbound import finding, raw_copy
from engage.services.inbound.into_cases import mark_of, said
from engage.services.inbound.penning import hidden
from engage.services.lane import words
from engage.services.lane.record import lock_own


def keep(row: ReceivedMail, report_id: uuid.UUID, mail: Incoming) -> None:
    """Seal what the mail says for the focal points of the report, in the open unit of work.

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
    is_hers = not report.for_other and finding.is_from_holder(report.id, mail.sender)
    words.keep_mail(report, told, mark_of(mail), is_hers=is_hers)
