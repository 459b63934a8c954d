"""That the person looked at the page of their own case, so that the next news is news again."""

import logging
import uuid

from engage.notify import unseen
from engage.unit_of_work import unit_of_work

log = logging.getLogger(__name__)


def note_look(case_id: uuid.UUID) -> None:
    """Note that the person reads the page of their case now; when they looked is not kept.

    Opens its own short unit of work, so call it before the page is read, outside of any other, and only where
    something was sent that they have not seen. Safe to run twice. A failure is logged and never raised: a page is not
    refused because of it.
    """
    try:
        with unit_of_work():
            unseen.opened(case_id)
    except Exception as error:
        log.error("a look at case %s was not noted: %s", case_id, type(error).__name__)
