from datetime import timedelta

import pytest

from engage.domain.case import Kind
from engage.domain.deadlines import Days, Hours, Promise
from engage.domain.promises import Moment, promises_opened
from engage.domain.promises_file import with_later_promises
from engage.domain.severity import Level


def test_a_grievance_opens_its_promises_at_their_moments():
    assert promises_opened(Kind.GRIEVANCE, Moment.RECEIPT) == (
        Promise.ACKNOWLEDGE,
        Promise.ASSESS,
        Promise.CONSULT,
        Promise.START_INVESTIGATION,
        Promise.PROPOSE,
    )
    later = [promises_opened(Kind.GRIEVANCE, moment) for moment in list(Moment)[1:]]
    assert later == [
        (Promise.INTERIM_MEASURE,),
        (Promise.ANSWER,),
        (Promise.IMPLEMENT,),
        (Promise.FORM_PANEL, Promise.DECIDE_APPEAL),
        (Promise.CHECK_AFTERWARDS,),
    ]


def test_every_promise_opens_at_exactly_one_moment():
    opened = [promise for moment in Moment for promise in promises_opened(Kind.GRIEVANCE, moment)]
    assert sorted(opened) == sorted(Promise)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.GRIEVANCE])
def test_the_short_road_promises_an_acknowledgement_and_an_answer(kind):
    assert promises_opened(kind, Moment.RECEIPT) == (Promise.ACKNOWLEDGE, Promise.PROPOSE)
    assert all(promises_opened(kind, moment) == () for moment in list(Moment)[1:])


def test_only_the_answer_is_owed_by_the_person_and_only_the_acknowledgement_cannot_pause():
    assert [promise for promise in Promise if not promise.owed_by_us] == [Promise.ANSWER]
    assert [promise for promise in Promise if not promise.can_pause] == [Promise.ACKNOWLEDGE]


DEFAULTS = {
    Promise.ACKNOWLEDGE: [Days(5), Hours(48), Hours(48), Hours(24), Hours(24)],
    Promise.ASSESS: [Days(5), Days(4), Days(3), Hours(24), Hours(12)],
    Promise.INTERIM_MEASURE: [None, Hours(72), Hours(48), Hours(24), Hours(4)],
    Promise.CONSULT: [Days(8), Days(4), Days(4), Days(1), Days(1)],
    Promise.START_INVESTIGATION: [Days(15), Days(10), Days(10), Days(2), Days(2)],
    Promise.PROPOSE: [Days(30), Days(30), Days(30), Days(45), Days(60)],
    Promise.ANSWER: [Days(15)] * 5,
    Promise.IMPLEMENT: [Days(30), Days(30), Days(30), None, None],
    Promise.FORM_PANEL: [Days(5)] * 5,
    Promise.DECIDE_APPEAL: [Days(30)] * 5,
    Promise.CHECK_AFTERWARDS: [Days(30)] * 5,
}


@pytest.mark.parametrize("promise", list(Promise))
def test_the_shipped_spans_are_those_of_the_reference(catalogue, promise):
    spans = [catalogue.promises.span(promise, level, ongoing_harm=True) for level in Level]
    assert spans == DEFAULTS[promise]


def test_before_assessment_the_row_of_level_3_counts(catalogue):
    assert catalogue.promises.span(Promise.ASSESS, None) == catalogue.promises.span(Promise.ASSESS, Level.MODERATE)


def test_an_interim_measure_is_promised_from_level_4_or_while_the_harm_goes_on(catalogue):
    promised = [catalogue.promises.span(Promise.INTERIM_MEASURE, level) for level in Level]
    assert promised == [None, None, None, Hours(24), Hours(4)]


def test_a_group_has_longer_to_answer(catalogue):
    assert catalogue.promises.span(Promise.ANSWER, Level.LOW, together=True) == Days(30)
    assert catalogue.promises.span(Promise.PROPOSE, Level.EXTREME, together=True) == Days(60)


def test_grave_cases_are_looked_at_again_more_than_once(catalogue):
    checks = [catalogue.promises.spans(Promise.CHECK_AFTERWARDS, level) for level in Level]
    assert [[span.count for span in spans] for spans in checks] == [
        [30],
        [30],
        [30, 90],
        [30, 90, 180],
        [30, 90, 180, 365],
    ]


def test_remedies_of_grave_cases_need_a_plan_with_dates(catalogue):
    planned = [catalogue.promises.entry(Promise.IMPLEMENT, level).needs_plan for level in Level]
    assert planned == [False, False, False, True, True]


def test_the_other_numbers_are_those_of_the_reference(catalogue):
    table = catalogue.promises
    assert (table.grace, table.appeal_window) == (timedelta(hours=24), Days(30))
    assert (table.extension.without_approval, table.extension.with_approval) == (1, 1)
    assert [table.news_every[level].count for level in Level] == [14, 14, 14, 7, 7]
    assert table.note == "default, to be agreed with communities"


def test_kept_rules_get_what_came_after_them_and_nothing_else_that_they_lack():
    shipped = {"promises": {"form_panel": {"1": {"days": 5}}, "assess": {"1": {"days": 3}}}}
    assert with_later_promises({"promises": {}, "version": 2}, shipped) == {
        "promises": {"form_panel": {"1": {"days": 5}}},
        "version": 2,
    }
    own = {"promises": {"form_panel": {"1": {"days": 9}}}}
    assert with_later_promises(own, shipped) == own
    assert with_later_promises({"promises": "none"}, shipped) == {"promises": "none"}
