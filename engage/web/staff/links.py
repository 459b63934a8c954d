"""Linking a case with another that speaks of the same, and taking the link away again."""

import uuid

from flask import abort
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from engage.queries import likeness
from engage.services import incidents, links
from engage.web.locale import gettext
from engage.web.staff import form_fields as fields
from engage.web.staff import offered
from engage.web.staff.acting import act, me, opened
from engage.web.staff.blueprint import bp
from engage.web.staff.form_fields import StaffForm


class LinkForm(StaffForm):
    other = fields.line(
        _l("Reference of the other case"),
        hint=_l("Like BOR-26-7K3QX."),
        needed=_l("Write the reference of the other case"),
    )
    kind = fields.choose(_l("What are they to each other?"), needed=_l("Choose what they are to each other"))


class UnlinkForm(StaffForm):
    """One button."""


@bp.route("/cases/<reference>/link", methods=["GET", "POST"])
def link_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), LinkForm()
    form.kind.choices = offered.labelled("link_kind", links.KINDS)
    return act(
        page,
        form,
        lambda case: links.link(case, form.other.data, form.kind.data, actor=me()),
        done=gettext("They are linked. Each keeps its own reference, its own person and its own answer."),
        template="staff/link_case.html",
        alike=likeness.suggestions(page),
    )


class IncidentForm(StaffForm):
    incident = fields.line(
        _l("Number of the internal incident"),
        hint=_l("As it stands in the register of incidents, like INC-2026-0153. Leave it empty if there is none."),
    )


@bp.route("/cases/<reference>/incident", methods=["GET", "POST"])
def link_incident_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), IncidentForm()
    if not form.is_submitted():
        form.incident.data = page.case.incident
    return act(
        page,
        form,
        lambda case: incidents.link(case, form.incident.data, actor=me()),
        done=gettext("The number of the incident is noted."),
        needs_version=False,
    )


@bp.route("/cases/<reference>/links/<uuid:link_id>/unlink", methods=["GET", "POST"])
def unlink_case(reference: str, link_id: uuid.UUID) -> ResponseReturnValue:
    page, form = opened(reference), UnlinkForm()
    other = next((row.reference for row in page.triage.links if row.link_id == link_id), None)
    if other is None:
        abort(404)
    return act(
        page,
        form,
        lambda case: links.unlink(case, link_id, actor=me()),
        done=gettext("They are no longer linked. That they were stays on the record."),
        lead=other,
    )
