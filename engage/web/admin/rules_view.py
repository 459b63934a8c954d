"""The rules of a site in words, to read: promises, ladder, pauses."""

from collections.abc import Mapping

from flask_babel import gettext

from engage.domain.catalogue import Catalogue
from engage.domain.escalation import Seat
from engage.domain.rule_changes import KEPT_PAUSES
from engage.domain.severity import Level
from engage.models import RuleSet
from engage.web import labels, rung_words
from engage.web.admin.rule_forms import NUMBERS, RulesForm, cell_name
from engage.web.promised import TABLE, promised, short_road


def shown(rules: Catalogue) -> dict[str, object]:
    """Return what admin/show_rules.html draws."""
    return {
        "levels": [(criteria.level.value, gettext(criteria.label)) for criteria in rules.severity.criteria],
        "promises": promised(rules),
        "short": short_road(rules),
        "checks": [
            (labels.category(code), ", ".join(str(span.count) for span in spans))
            for code, spans in sorted(rules.promises.checks_by_category.items())
        ],
        "version": rules.promises.version,
        "before": rules.promises.before_assessment.value,
        "severe_from": rules.ladder.severe_from.value,
        "rungs": [(*rung_words.times(rung), seat(rung.seat)) for rung in rules.ladder.rungs],
        "pauses": [(gettext(one.label), one.most_days) for one in rules.pauses],
    }


def seat(found: Seat) -> str:
    """Return who sits on a rung, in words."""
    role = labels.label("role", found.role)
    return str(gettext("%(role)s of all sites", role=role)) if found.all_sites else role


def form_shown(form: RulesForm, base: RuleSet) -> dict[str, object]:
    """Return what admin/edit_rules.html draws around the fields: rows of promises, and what each step is."""
    kinds = {rung["code"]: _asked(rung) for rung in base.ladder["rungs"]}
    return {
        "numbers": [level.value for level in Level],
        "cells": [
            (
                labels.label("promise", promise),
                [(form[cell_name(promise, level)], form[f"{cell_name(promise, level)}_unit"]) for level in Level],
            )
            for promise in TABLE
        ],
        "steps": [(row.form, kinds.get(row.form.code.data)) for row in form.rungs],
        "kept_pauses": KEPT_PAUSES,
        "short": [name for name in NUMBERS.values() if name.startswith("short_")],
    }


def _asked(rung: Mapping[str, object]) -> str:
    """What the number of a step means."""
    if "percent" in rung:
        return str(gettext("reminder, when so many percent of the time are gone"))
    if "before_hours" in rung:
        return str(gettext("reminder, so many hours before"))
    if rung["kind"] == "reminder":
        return str(gettext("reminder, so many days late"))
    return str(gettext("so many days late"))
