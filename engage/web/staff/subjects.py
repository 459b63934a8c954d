"""Conflicts of interest: saying whom a case is about, and taking it back."""

import uuid

from flask import abort
from flask.typing import ResponseReturnValue

from engage.domain.conflicts import SubjectKind
from engage.models import Case
from engage.queries import triage_parts
from engage.services import conflicts
from engage.web.locale import gettext
from engage.web.staff import offered
from engage.web.staff.acting import act, me, opened
from engage.web.staff.blueprint import bp
from engage.web.staff.form_fields import choices
from engage.web.staff.subject_forms import NameSubjectForm, RemoveSubjectForm


@bp.route("/cases/<reference>/name-subject", methods=["GET", "POST"])
def name_subject_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), NameSubjectForm()
    form.kind.choices = offered.labelled("subject_kind", [kind.value for kind in SubjectKind])
    people = [(str(user_id), name) for user_id, name in triage_parts.staff_to_name()]
    form.user.choices = [offered.nothing(), *choices(people)]

    def name(case: Case) -> None:
        kind = SubjectKind(form.kind.data)
        if kind is SubjectKind.PERSON:
            conflicts.name_person(case, uuid.UUID(form.user.data or str(uuid.UUID(int=0))), actor=me())
        else:
            conflicts.name_place(case, kind, form.name.data or "", actor=me())

    departments, contractors = triage_parts.places()
    return act(
        page,
        form,
        name,
        done=gettext("It is recorded. They and everybody above and below them are out of this case from now on."),
        template="staff/name_subject_case.html",
        departments=departments,
        contractors=contractors,
    )


@bp.route("/cases/<reference>/subjects/<uuid:involvement_id>/remove", methods=["GET", "POST"])
def remove_subject_case(reference: str, involvement_id: uuid.UUID) -> ResponseReturnValue:
    page, form = opened(reference), RemoveSubjectForm()
    name = next((name for row, name in page.triage.about if row.id == involvement_id), None)
    if name is None:
        abort(404)
    return act(
        page,
        form,
        lambda case: conflicts.remove(case, involvement_id, form.why.data, actor=me()),
        done=gettext("It is recorded. The case is open to them again, as far as their roles go."),
        template="staff/remove_subject_case.html",
        name=name,
    )
