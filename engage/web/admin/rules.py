"""A new version of a site's rules: changed, tried out and looked at before it is saved."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage import clock
from engage.domain.catalogue import Catalogue
from engage.domain.rule_changes import RulesRefused
from engage.domain.severity import Level
from engage.domain.trying_out import Tried, try_rules
from engage.domain.wall_clock import instant_of
from engage.models import RuleSet, Site
from engage.queries import administration, rule_versions
from engage.services import rule_changes, sites
from engage.services.rule_changes import Edit, RulesChangedMeanwhile
from engage.unit_of_work import unit_of_work
from engage.web import filters, labels, rule_history, step_words
from engage.web.admin import rules_view
from engage.web.admin.blueprint import bp, me
from engage.web.admin.fields import errors_of
from engage.web.admin.rule_documents import digest, edit_of, opened, show_problems
from engage.web.admin.rule_forms import RulesForm

RECEIVED = time(9)  # Ours: an hour at which somebody is at work, for trying a date out.


@bp.route("/sites/<code>/rules/change", methods=["GET", "POST"])
def edit_rules(code: str) -> ResponseReturnValue:
    site = administration.site(code, me())
    filters.speak_in(site.time_zone)
    base = rule_versions.newest(site.id)
    today = clock.utcnow().astimezone(ZoneInfo(site.time_zone)).date()
    form = opened(rule_changes.documents_of(base), version=base.version, today=today)
    if not form.validate_on_submit():
        return _page(site, base, form, status=422 if errors_of(form) else 200)
    if form.version.data != base.version:
        return _changed_meanwhile(site, form)
    edit, fields = edit_of(form, rule_changes.documents_of(base))
    if found := rule_changes.problems(site, base, edit):
        return _page(site, base, form, loose=show_problems(found, fields), status=422)
    if form.looked_at.data != (seen := digest(edit, base.version)) or form.look.data:
        form.looked_at.data = seen
        return _page(site, base, form, edit=edit)
    try:
        with unit_of_work():
            number = rule_changes.save(code, edit, seen_version=base.version, actor=me()).version
    except RulesChangedMeanwhile:
        return _changed_meanwhile(administration.site(code, me()), form)
    except RulesRefused as refused:  # somebody gave up a role, or midnight came
        site = administration.site(code, me())
        base = rule_versions.newest(site.id)
        return _page(site, base, form, loose=show_problems(list(refused.problems), fields), status=422)
    flash(gettext("Version %(number)s is saved. Open cases keep the rules they have.", number=number), "success")
    return redirect(url_for("admin.show_rules", code=code), 303)


@bp.route("/sites/<code>/rules/take-back", methods=["POST"])
def take_back_rules(code: str) -> ResponseReturnValue:
    administration.site(code, me())
    version = request.form.get("version", 0, type=int)
    with unit_of_work():
        is_gone = rule_changes.take_back(code, version, actor=me())
    if is_gone:
        flash(gettext("Version %(number)s is taken back. It never counted.", number=version), "success")
    else:
        flash(gettext("It can't be taken back: it counts by now, or another version was saved after it."), "warning")
    return redirect(url_for("admin.show_rules", code=code), 303)


def _changed_meanwhile(site: Site, form: RulesForm) -> ResponseReturnValue:
    base = rule_versions.newest(site.id)
    form.version.data, form.looked_at.data = base.version, ""
    words = gettext(
        "Version %(number)s was saved meanwhile, by somebody else. Nothing of yours is lost: look at the difference to "
        "that version, then save.",
        number=base.version,
    )
    return _page(site, base, form, loose=[words], status=409)


def _page(
    site: Site,
    base: RuleSet,
    form: RulesForm,
    *,
    loose: list[str] | None = None,
    edit: Edit | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    shown = _looked_at(site, base, form, edit) if edit else None
    if edit is None:
        form.looked_at.data = ""
    return render_template(
        "admin/edit_rules.html",
        site=site,
        form=form,
        problems=[*({"text": words} for words in loose or ()), *errors_of(form)],
        preview=shown,
        base=base,
        is_planned=base.effective_at > clock.utcnow(),
        **rules_view.form_shown(form, base),
    ), status


def _looked_at(site: Site, base: RuleSet, form: RulesForm, edit: Edit) -> dict[str, object]:
    """What is shown before saving: the difference, the cases that keep their rules, and dates both ways."""
    old, new = sites.rules_of(base.id), rule_changes.as_rules(base, edit)
    counts = rule_versions.open_cases_by_version(site.id)
    return {
        "lines": rule_history.changes(old, new),
        "counts": counts,
        "open_cases": sum(count for _, count in counts),
        "effective_on": edit.effective_on,
        "vacant": [rules_view.seat(seat) for seat in rule_changes.vacant_rungs(site.id, new)],
        "received_at": _received_at(site, form),
        "level": form.try_level.data,
        "tried": [_words(row, new) for row in _tried(site, form, old, new)],
    }


def _tried(site: Site, form: RulesForm, old: Catalogue, new: Catalogue) -> list[Tried]:
    zone = ZoneInfo(site.time_zone)
    level = Level(int(form.try_level.data))
    return try_rules(old.promises, new.promises, received_at=_received_at(site, form), level=level, zone=zone)


def _received_at(site: Site, form: RulesForm) -> datetime:
    zone = ZoneInfo(site.time_zone)
    on = form.try_on.data or clock.utcnow().astimezone(zone).date()
    return instant_of(datetime.combine(on, RECEIVED), zone)


def _words(row: Tried, rules: Catalogue) -> dict[str, object]:
    reasons = {one.code: gettext(one.label) for one in rules.pauses}
    return {
        "label": labels.label("promise", row.promise),
        "old": row.old.due_at,
        "new": row.new.due_at,
        "moves": row.moves,
        "steps": step_words.in_words(row.new.steps, reasons),
    }
