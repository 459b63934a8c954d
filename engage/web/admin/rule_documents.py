"""Rules as documents into fields of the form, and back. What has no field stays as the newest version has it."""

import copy
import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from wtforms import Field

from engage.domain.deadlines import Promise
from engage.domain.promises_file import DATED_PLAN, NOT_PROMISED
from engage.domain.rule_changes import KEPT_PAUSES, Problem
from engage.domain.severity import Level
from engage.services.rule_changes import Edit
from engage.web import labels
from engage.web.admin.rule_forms import HARM, NUMBERS, LengthField, RulesForm, cell_name

Documents = Mapping[str, dict[str, Any]]
SPARE_CHECKS = 2  # Ours: empty lines to write another category in.
_SPARE = {"code": "", "to": "coordinator", "label": "", "set_by": "community"}


def opened(documents: Documents, *, version: int, today: date) -> RulesForm:
    """Return the form with what the documents say; where it was sent, with what was typed."""
    promises, ladder, pauses = (documents[name] for name in ("promises", "ladder", "pauses"))
    values: dict[str, Any] = {name: _at(documents, place) for place, name in NUMBERS.items()}
    for promise in Promise:
        for level in Level:
            length, unit = _typed(promises["promises"][promise.value][str(level.value)])
            values[cell_name(promise, level)], values[f"{cell_name(promise, level)}_unit"] = length, unit
    return RulesForm(
        data={
            **values,
            "version": version,
            "effective_on": today,
            "try_on": today,
            "try_level": str(promises["before_assessment_level"]),
            "note": promises["note"],
            "before_assessment": str(promises["before_assessment_level"]),
            "severe_from": str(ladder["severe_from_level"]),
            "rungs": [*(_rung_values(rung) for rung in ladder["rungs"]), _SPARE],
            "checks": [
                *(
                    {"category": code, "days": ", ".join(str(count) for count in _several(counts))}
                    for code, counts in sorted(promises.get("checks_by_category", {}).items())
                ),
                *({"category": "", "days": ""} for _ in range(SPARE_CHECKS)),
            ],
            "pauses": [*pauses["reasons"], _SPARE],
        }
    )


def edit_of(form: RulesForm, base: Documents) -> tuple[Edit, dict[str, Field]]:
    """Return what the form says, and the field that holds each place of it."""
    documents = copy.deepcopy(dict(base))
    fields: dict[str, Field] = {"effective_on": form.effective_on}
    promises = documents["promises"]
    for place, name in NUMBERS.items():
        _at(documents, place.rpartition(".")[0])[place.rpartition(".")[2]] = form[name].data
        fields[place] = form[name]
    for promise in Promise:
        for level in Level:
            name = cell_name(promise, level)
            fields[f"promises.{promise.value}.{level.value}"] = form[name]
            promises["promises"][promise.value][str(level.value)] = _cell(form[name], form[f"{name}_unit"].data)
    promises["checks_by_category"] = _checks(form, fields)
    promises["note"] = form.note.data
    promises["before_assessment_level"] = int(form.before_assessment.data)
    documents["ladder"]["severe_from_level"] = int(form.severe_from.data)
    documents["ladder"]["rungs"] = _rungs(form, documents["ladder"]["rungs"], fields)
    documents["pauses"]["reasons"] = _reasons(form, documents["pauses"]["reasons"], fields)
    on: date = form.effective_on.data
    return Edit(**documents, effective_on=on), fields


def digest(edit: Edit, base_version: int) -> str:
    """Return what stands for an edit of a version: it is saved only as it was shown."""
    said = json.dumps([edit.documents, edit.effective_on.isoformat(), base_version], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def show_problems(found: list[Problem], fields: Mapping[str, Field]) -> list[str]:
    """Put each problem beside its field, and return the words of those that have none."""
    loose = []
    for problem in found:
        words = labels.refusal(problem.refusal)
        if problem.place in fields:
            fields[problem.place].errors = [*fields[problem.place].errors, words]
        else:
            loose.append(words)
    return loose


def _typed(cell: Any) -> tuple[str, str]:
    if not isinstance(cell, Mapping):
        return "", cell
    unit = "hours" if "hours" in cell else "days"
    return ", ".join(str(count) for count in _several(cell[unit])), unit + (
        HARM if cell.get("only_ongoing_harm") else ""
    )


def _cell(field: LengthField, unit: str) -> Any:
    if unit in (NOT_PROMISED, DATED_PLAN):
        return unit
    counts = field.counts
    cell = {unit.removesuffix(HARM): counts if len(counts) > 1 else counts[0]}
    return {**cell, "only_ongoing_harm": True} if unit.endswith(HARM) else cell


def _several(counts: Any) -> list[int]:
    return counts if isinstance(counts, list) else [counts]


def _checks(form: RulesForm, fields: dict[str, Field]) -> dict[str, list[int]]:
    """The categories with checks of their own; a line that was emptied is left out."""
    found: dict[str, list[int]] = {}
    for row in form.checks:
        if code := row.form.category.data:
            found[code] = row.form.days.counts
            fields[f"promises.checks_by_category.{code}"] = row.form.days
    return found


def _at(documents: Any, place: str) -> Any:
    for key in place.split("."):
        documents = documents[key]
    return documents


def _rung_values(rung: Mapping[str, Any]) -> dict[str, Any]:
    when = next(rung[key] for key in ("percent", "before_hours", "after_days") if key in rung)
    return {"code": rung["code"], "when": when, "severe": rung.get("after_hours_severe"), "to": rung["to"]}


def _rungs(form: RulesForm, base: list[dict[str, Any]], fields: dict[str, Field]) -> list[dict[str, Any]]:
    known = {rung["code"]: rung for rung in base}
    kept: list[tuple[dict[str, Any], Any]] = []
    for row in form.rungs:
        old = known.get(row.form.code.data)
        if row.form.leave_out.data or (old is None and row.form.when.data is None):
            continue
        rung = _rung(row.form, old)
        place = len(kept) if old else _place_of(rung, [one for one, _ in kept])
        kept.insert(place, (rung, row.form))
    for number, (_, row) in enumerate(kept):
        fields |= {f"rungs.{number}.when": row.when, f"rungs.{number}.severe": row.severe, f"rungs.{number}.to": row.to}
    taken: set[str] = set()
    for rung, _ in kept:
        rung["code"] = _free(rung["code"], taken)
        taken.add(rung["code"])
    return [rung for rung, _ in kept]


def _rung(row: Any, old: dict[str, Any] | None) -> dict[str, Any]:
    to, when, severe = row.to.data, row.when.data or 0, row.severe.data
    rung = dict(old or {"code": f"late_{when}_days", "kind": "rung", "after_days": when})
    key = next(key for key in ("percent", "before_hours", "after_days") if key in rung)
    rung |= {key: when, "to": to}
    if key == "after_days":
        rung["after_hours_severe"] = when * 24 if severe is None else severe
    also = [one for one in rung.get("also", () if old else ["explanation"]) if one != "counts_only"]
    if to == "oversight":  # a digest with counts and nothing else; product 4
        also = ["counts_only", *(one for one in also if one != "explanation")]
    if also or "also" in rung:
        rung["also"] = also
    return rung


def _place_of(new: dict[str, Any], rungs: list[dict[str, Any]]) -> int:
    """A new step comes before the first that is later than it."""
    later = (place for place, rung in enumerate(rungs) if rung.get("after_days", -1) > new["after_days"])
    return next(later, len(rungs))


def _free(code: str, taken: set[str]) -> str:
    return code if code not in taken else _free(f"{code}_more", taken)


def _reasons(form: RulesForm, base: list[dict[str, Any]], fields: dict[str, Field]) -> list[dict[str, Any]]:
    known = {reason["code"]: reason for reason in base}
    kept: list[dict[str, Any]] = []
    taken = set(known)
    for row in form.pauses:
        old = known.get(row.form.code.data)
        named = row.form["label"].data
        stays = old is not None and old["code"] in KEPT_PAUSES
        if not named or (row.form.leave_out.data and not stays):
            continue
        own = next(f"own_{number}" for number in range(1, 999) if f"own_{number}" not in taken)
        reason = dict(old or {"code": own})
        taken.add(reason["code"])
        reason["label"] = named
        if not stays:
            reason["set_by"] = row.form.set_by.data
        reason.pop("most_days", None)
        if row.form.most_days.data is not None:
            reason["most_days"] = row.form.most_days.data
        place = f"pauses.{len(kept)}"
        fields |= {f"{place}.label": row.form["label"], f"{place}.most_days": row.form.most_days}
        kept.append(reason)
    return kept
