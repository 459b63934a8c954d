"""Mails as programs write them, built from small pieces, each with what is to be read in it.

No mail here was ever sent: the people are roles, their addresses stand at example.org and example.net.
"""

from tests.incoming.corpus import automatic, broken, charsets, files, forwards, pages, replies, reports, sealed
from tests.incoming.corpus.pieces import Sample

SAMPLES: tuple[Sample, ...] = (
    *replies.samples(),
    *forwards.samples(),
    *pages.samples(),
    *reports.samples(),
    *automatic.samples(),
    *files.samples(),
    *sealed.samples(),
    *charsets.samples(),
    *broken.samples(),
)
