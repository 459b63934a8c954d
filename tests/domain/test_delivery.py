"""Where a notice stands, read from its row, and which leaves first."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from engage.domain.delivery import NoticeState, Urgency, state_of, urgency_of

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
STEPS = ("replaced_at", "bounced_at", "dead_at", "sent_at", "claimed_at")
STATES = ("replaced", "bounced", "dead", "sent", "claimed")


@pytest.mark.parametrize("happened", list(itertools.product([False, True], repeat=5)))
def test_what_happened_last_says_where_a_notice_stands(happened):
    values = {name: NOW if is_so else None for name, is_so in zip(STEPS, happened, strict=True)}
    found = state_of(**values, not_before=NOW + timedelta(minutes=5), now=NOW)
    wanted = next((state for state, is_so in zip(STATES, happened, strict=True) if is_so), "waiting")
    assert found is NoticeState(wanted)


def test_a_claim_that_ran_out_is_none():
    nothing = dict.fromkeys(("replaced_at", "bounced_at", "dead_at", "sent_at"))
    assert state_of(**nothing, claimed_at=NOW, not_before=NOW, now=NOW) is NoticeState.WAITING


@pytest.mark.parametrize(
    ("template", "level", "urgency"),
    [
        ("urgent_fact", None, Urgency.URGENT),
        ("case_news", 4, Urgency.URGENT),
        ("case_news", 3, Urgency.ORDINARY),
        ("case_news", None, Urgency.ORDINARY),
        ("late_count", 5, Urgency.BULK),
    ],
)
def test_what_cannot_wait_leaves_before_counts(template, level, urgency):
    assert urgency_of(template, level) is urgency
