"""Every mail of the corpus is read as the table beside it says."""

from collections import Counter

import pytest

from engage.incoming.mail import read
from tests.incoming.corpus import SAMPLES
from tests.incoming.corpus.pieces import OWN_ADDRESSES, OWN_DOMAINS, OWN_MARK, Sample


def test_the_corpus_has_two_hundred_mails_and_each_a_name_of_its_own():
    assert len(SAMPLES) >= 200
    assert [name for name, count in Counter(sample.name for sample in SAMPLES).items() if count > 1] == []


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_mail_is_read_as_the_table_says(sample: Sample):
    mail = read(sample.raw, own_domains=OWN_DOMAINS, own_addresses=OWN_ADDRESSES, own_mark=OWN_MARK)
    assert (mail.kind, mail.why) == (sample.kind, sample.why)
    if sample.shown is not None:
        assert mail.shown == sample.shown
    for words in sample.text_has:
        assert words in mail.text
    for words in sample.text_lacks:
        assert words not in mail.text
    for words in sample.shown_lacks:
        assert words not in mail.shown
    assert tuple(file.name for file in mail.files) == sample.files
    if sample.troubles is not None:
        assert frozenset(mail.troubles) == sample.troubles
    found = [(report.outcome, report.status, report.message_id, report.recipient_known) for report in mail.reports]
    assert found == list(sample.reports)
    if sample.sender is not None:
        assert mail.sender == sample.sender
    if sample.subject is not None:
        assert mail.subject == sample.subject
    assert bool(mail.shown) == bool(mail.text)
