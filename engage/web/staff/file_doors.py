"""What staff can do about files that are locked away."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from engage.domain.guards import Refusal
from engage.domain.policy import Permission
from engage.models import Attachment
from engage.queries.case_page import CasePage
from engage.web.staff.door import Door


def with_original(page: CasePage) -> Sequence[Attachment]:
    """Return the files of the case that are kept as they came, too."""
    return [row for row in page.files if row.original is not None]


def _open(page: CasePage, now: datetime) -> Refusal | None:
    return None if with_original(page) else Refusal("no_original")


FILE_DOORS: Mapping[str, Door] = {
    "staff.open_original_case": Door(Permission.OPEN_ORIGINAL, _open, lambda page: bool(with_original(page))),
}
