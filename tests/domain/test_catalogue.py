from datetime import timedelta

import pytest

from engage.domain import case, policy
from engage.domain.catalogue import FILES, read_catalogue
from engage.domain.sections import BadCatalogue, Section
from engage.domain.severity import Level
from engage.domain.taxonomy import LISTS


def test_the_shipped_files_can_be_used(catalogue):
    assert len(catalogue.taxonomy.categories) == 27
    assert set(catalogue.taxonomy.lists) == set(LISTS)
    assert [row.level for row in catalogue.severity.criteria] == list(Level)
    assert catalogue.pause_limits == {"waiting_for_person": timedelta(days=30)}


def test_the_shipped_roles_are_those_of_the_policy(catalogue):
    assert [role.code for role in catalogue.roles] == [role.value for role in policy.Role]
    assert all(role.hint for role in catalogue.roles)


def test_the_rules_of_the_restricted_class_name_categories_that_exist(catalogue):
    codes = catalogue.taxonomy.category_codes
    assert codes >= case.RESTRICTED_CATEGORIES
    assert codes >= {f"{category}.{sub}" for category, sub in case.RESTRICTED_SUBCATEGORIES}


def test_gender_based_violence_has_no_subcategory(catalogue):
    assert catalogue.taxonomy.category("GBV").subcategories == ()


def test_signoff_modes_are_those_a_person_can_use(catalogue):
    modes = [term.code for term in catalogue.taxonomy.terms("signoff_modes")]
    assert modes == ["signature", "thumbprint", "audio", "sms", "portal", "witness"]


def test_nobody_is_screened_out_for_lack_of_evidence(catalogue):
    reasons = {term.code for term in catalogue.taxonomy.terms("screening_out_reasons")}
    assert not reasons & {"frivolous", "no_evidence", "too_late", "anonymous"}


def test_every_urgent_fact_can_be_ticked(catalogue):
    assert {row.fact for row in catalogue.ladder.urgent} <= {fact.code for fact in catalogue.severity.facts}


def spoil(raw, path, value):
    *parents, last = path
    for step in parents:
        raw = raw[step]
    if value is DROP:
        del raw[last]
    else:
        raw[last] = value


DROP = object()
P, L, S, T = "promises", "ladder", "severity", "taxonomy"


@pytest.mark.parametrize(
    ("path", "value", "key", "problem"),
    [
        ((P, "version"), DROP, "version", "is missing"),
        ((P, "version"), "one", "version", "is not a whole number"),
        ((P, "version"), True, "version", "is not a whole number"),
        ((P, "version"), 0, "version", "0 is out of bounds. Use a number of 1 or more"),
        ((P, "colour"), "red", "colour", "is not known"),
        ((P, "note"), " ", "note", "is not text"),
        ((P, "note"), 3, "note", "is not text"),
        ((P, "before_assessment_level"), 6, "before_assessment_level", "Use a number from 1 to 5"),
        ((P, "promises", "propose"), DROP, "promises.propose", "is missing"),
        ((P, "promises", "propose"), 30, "promises.propose", "is not a table"),
        ((P, "promises", "propose", "5"), DROP, "promises.propose.5", "is missing"),
        ((P, "promises", "propose", "6"), {"days": 1}, "promises.propose.6", "is not known"),
        ((P, "promises", "refund"), {"1": {"days": 1}}, "promises.refund", "is not known"),
        ((P, "promises", "propose", "1"), {"days": -1}, "promises.propose.1.days", "-1 is out of bounds"),
        ((P, "promises", "propose", "1"), {"hours": 0}, "promises.propose.1.hours", "0 is out of bounds"),
        ((P, "promises", "propose", "1"), {"days": [1, 2]}, "promises.propose.1.days", "is not a whole number"),
        ((P, "promises", "propose", "1"), {}, "promises.propose.1", "either hours or days"),
        ((P, "promises", "propose", "1"), {"days": 1, "hours": 1}, "promises.propose.1", "either hours or days"),
        ((P, "promises", "propose", "1"), {"days": 1, "weeks": 1}, "promises.propose.1.weeks", "is not known"),
        ((P, "promises", "propose", "1"), "soon", "promises.propose.1", "'soon' is not known"),
        ((P, "promises", "propose", "1"), "dated plan", "promises.propose.1", "'dated plan' is not known"),
        ((P, "promises", "assess", "1", "only_ongoing_harm"), 1, "promises.assess.1.only_ongoing_harm", "true or"),
        ((P, "promises", "check_afterwards", "3"), {"days": [90, 30]}, "promises.check_afterwards.3.days", "rising"),
        ((P, "promises", "check_afterwards", "3"), {"days": []}, "promises.check_afterwards.3.days", "is empty"),
        ((P, "promises", "check_afterwards", "3"), {"days": [0]}, "promises.check_afterwards.3.days.0", "bounds"),
        ((P, "extension", "forever"), True, "extension.forever", "is not known"),
        ((P, "news_every", "3"), DROP, "news_every.3", "is missing"),
        ((L, "rungs"), [], "rungs", "is empty"),
        ((L, "rungs"), "none", "rungs", "is not a list"),
        ((L, "rungs", 1, "code"), "half_gone", "rungs[1].code", "'half_gone' is given twice"),
        ((L, "rungs", 0, "code"), "Half gone", "rungs[0].code", "is not a code"),
        ((L, "rungs", 0, "kind"), "nudge", "rungs[0].kind", "'nudge' is not known here. Use one of: reminder, rung"),
        ((L, "rungs", 0, "kind"), "rung", "rungs[0].kind", "before the due date"),
        ((L, "rungs", 3, "kind"), "rung", "rungs[3].to", "'assignee' is no role"),
        ((L, "rungs", 0, "percent"), 100, "rungs[0].percent", "out of bounds"),
        ((L, "rungs", 1, "percent"), 50, "rungs[1].code", "no later than the one above"),
        ((L, "rungs", 2, "only_longer_than_hours"), 12, "rungs[2].only_longer_than_hours", "out of bounds"),
        ((L, "rungs", 4, "after_days"), -2, "rungs[4].after_days", "out of bounds"),
        ((L, "rungs", 4, "after_days"), 5, "rungs[5].code", "no later than the one above"),
        ((L, "rungs", 4, "after_hours_severe"), 24, "rungs[5].code", "no later than the one above"),
        ((L, "rungs", 4, "after_hours_severe"), 49, "rungs[4].after_hours_severe", "is later than after_days"),
        ((L, "rungs", 4, "to"), "boss", "rungs[4].to", "'boss' is no role"),
        ((L, "rungs", 4, "to"), "assignee", "rungs[4].to", "'assignee' is no role"),
        ((L, "rungs", 4, "also"), ["fireworks"], "rungs[4].also", "'fireworks' is not known here"),
        ((L, "rungs", 7, "also"), ["counts_only"] * 2, "rungs[7].also", "'counts_only' is listed twice"),
        ((L, "rungs", 4, "when"), "later", "rungs[4].when", "is not known"),
        ((L, "urgent", 0, "fact"), "rain", "urgent[0].fact", "'rain' is not known here"),
        ((L, "urgent", 1, "fact"), "retaliation", "urgent[1].fact", "'retaliation' is given twice"),
        ((L, "urgent", 0, "tell"), [], "urgent[0].tell", "names nobody"),
        ((L, "urgent", 0, "tell"), ["everyone"], "urgent[0].tell", "'everyone' is no role"),
        ((L, "urgent", 0, "tell"), [7], "urgent[0].tell", "7 is not known here"),
        ((S, "levels", 4), DROP, "levels", "are not the levels 1 to 5"),
        ((S, "levels", 4, "level"), 4, "levels[4].level", "4 is given twice"),
        ((S, "levels", 0, "criteria", "health"), DROP, "levels[0].criteria.health", "is missing"),
        ((S, "levels", 0, "criteria", "mood"), "low", "levels[0].criteria.mood", "is not known"),
        ((S, "floors", 0, "categories"), ["ZZZ"], "floors[0].categories", "'ZZZ' is not known here"),
        ((S, "floors", 0, "facts"), ["rain"], "floors[0].facts", "'rain' is not known here"),
        ((S, "uplift", "facts"), "ongoing_harm", "uplift.facts", "is not a list"),
        ((T, "categories", 1, "code"), "LAN", "categories[1].code", "'LAN' is given twice"),
        ((T, "categories", 0, "sub", 1, "code"), "access_loss", "categories[0].sub[1].code", "is given twice"),
        ((T, "categories", 0, "sub", 0, "label"), DROP, "categories[0].sub[0].label", "is missing"),
        ((T, "categories", 0), "land", "categories[0]", "is not a table"),
        ((T, "categories", 17, "sub"), [{"code": "a", "label": "A"}], "categories[17].sub", "GBV has subcategories"),
        ((T, "channels"), DROP, "channels", "is missing"),
        (("pauses", "reasons", 0, "set_by"), "nobody", "reasons[0].set_by", "'nobody' is not known"),
        (("pauses", "reasons", 0, "most_days"), DROP, "reasons[0].most_days", "is missing"),
        (("roles", "roles", 0, "power"), 9, "roles[0].power", "is not known"),
    ],
)
def test_a_fault_in_a_file_is_named_with_its_remedy(raw, path, value, key, problem):
    spoil(raw, path, value)
    with pytest.raises(BadCatalogue) as caught:
        read_catalogue(raw)
    assert (caught.value.file, caught.value.key) == (f"{path[0]}.toml", key)
    message = str(caught.value)
    assert problem in message
    assert message.startswith(f"{path[0]}.toml: {key}: ")
    assert caught.value.remedy
    assert message.endswith(caught.value.remedy)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_missing_or_no_table_is_named(raw, name):
    with pytest.raises(BadCatalogue, match=rf"{name}\.toml: the file: is missing"):
        read_catalogue({key: value for key, value in raw.items() if key != name})
    with pytest.raises(BadCatalogue, match=rf"{name}\.toml: the file: is not a table"):
        read_catalogue({**raw, name: []})


def test_a_ladder_with_reminders_after_rungs_is_refused(raw):
    rungs = raw["ladder"]["rungs"]
    rungs.append(rungs.pop(0))
    with pytest.raises(BadCatalogue, match="is a reminder after a rung"):
        read_catalogue(raw)


@pytest.mark.parametrize(
    ("first", "second", "is_in_order"),
    [
        ({"before_hours": 48, "only_longer_than_hours": 96}, {"before_hours": 24, "only_longer_than_hours": 48}, True),
        ({"before_hours": 24, "only_longer_than_hours": 48}, {"before_hours": 24, "only_longer_than_hours": 48}, False),
        ({"before_hours": 24, "only_longer_than_hours": 48}, {"percent": 50}, False),
        ({"after_days": 0, "after_hours_severe": 0}, {"percent": 50}, False),
        ({"percent": 50}, {"after_days": 0, "after_hours_severe": 0}, True),
    ],
)
def test_reminders_are_listed_in_the_order_they_come(raw, first, second, is_in_order):
    raw["ladder"]["rungs"] = [
        {"code": "first", "kind": "reminder", "to": "assignee", **first},
        {"code": "second", "kind": "reminder", "to": "coordinator", **second},
    ]
    if is_in_order:
        assert len(read_catalogue(raw).ladder.rungs) == 2
    else:
        with pytest.raises(BadCatalogue, match="no later than the one above"):
            read_catalogue(raw)


def test_a_site_may_add_a_subcategory(raw):
    raw["taxonomy"]["categories"][26]["sub"] = [{"code": "lost_dog", "label": "A lost dog"}]
    assert "OTH.lost_dog" in read_catalogue(raw).taxonomy.category_codes


def test_a_table_lists_its_keys_as_the_file_does():
    assert Section("x.toml", {"b": 1, "a": 2}).keys() == ["b", "a"]
