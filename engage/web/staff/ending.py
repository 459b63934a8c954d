"""The person's word taken down, remedies put right, and how a case ends."""

import uuid
from collections.abc import Sequence

from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.domain.case import Writer
from engage.models import Case, Remedy
from engage.services import answers, attachments, endings
from engage.services.answers import PORTAL, SignOff
from engage.web.staff import offered
from engage.web.staff.acting import act, keep_files, me, opened
from engage.web.staff.blueprint import bp
from engage.web.staff.form_fields import choices
from engage.web.staff.resolution_forms import (
    AnswerForm,
    CheckAfterwardsForm,
    ConfirmRemedyForm,
    FinishRemedyForm,
    LapseForm,
    RecordAnswerForm,
    SpokenForm,
    VerifyForm,
)


def _sign_off(form: SpokenForm, said: str | None) -> SignOff:
    return SignOff(form.sign_off.data, bool(form.read_back.data), said)


@bp.route("/cases/<reference>/record-answer", methods=["GET", "POST"])
def record_answer_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), RecordAnswerForm()
    form.sign_off.choices = [one for one in offered.terms(page, "signoff_modes") if one.value != PORTAL]

    def take_down(case: Case) -> None:
        sign_off = _sign_off(form, form.said.data)
        match form.answer.data:
            case "accept":
                answers.accept(case, actor=me(), sign_off=sign_off)
            case "counter" | "meet" as said:
                answers.counter(case, actor=me(), wants_meeting=said == "meet", sign_off=sign_off)
            case said:
                answers.refuse(case, actor=me(), wants_panel=said == "refuse_panel", sign_off=sign_off)

    return act(
        page,
        form,
        take_down,
        done=gettext("The answer is recorded as the person gave it."),
        template="staff/record_answer_case.html",
    )


@bp.route("/cases/<reference>/finish-remedy", methods=["GET", "POST"])
def finish_remedy_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), FinishRemedyForm()
    form.remedy.choices = _remedies(page.unfinished)
    files = keep_files(form)

    def finish(case: Case) -> None:
        endings.finish_remedy(case, uuid.UUID(form.remedy.data), form.evidence.data, actor=me())
        attachments.add_all(case, files, actor=me(), writer=Writer.STAFF)

    return act(page, form, finish, done=gettext("It is marked as done. The person is asked to confirm."))


def _remedies(remedies: Sequence[Remedy]) -> list[object]:
    return choices([(str(row.id), f"{row.number}. {row.words}") for row in remedies])


@bp.route("/cases/<reference>/confirm-remedy", methods=["GET", "POST"])
def confirm_remedy_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), ConfirmRemedyForm()
    form.remedy.choices = _remedies(page.unconfirmed)
    form.sign_off.choices = [one for one in offered.terms(page, "signoff_modes") if one.value != PORTAL]

    def confirm(case: Case) -> None:
        answers.confirm_remedy(
            case,
            uuid.UUID(form.remedy.data),
            confirmed=form.confirmed.data == "yes",
            actor=me(),
            sign_off=_sign_off(form, form.said.data),
        )

    return act(page, form, confirm, done=gettext("The person's word is recorded."))


@bp.route("/cases/<reference>/verify", methods=["GET", "POST"])
def verify_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), VerifyForm()
    if page.proposal and any(remedy.was_refused for remedy in page.proposal.remedies):
        form.reason.description = gettext("The person said no before, and reads these words. They can appeal.")
    return act(
        page,
        form,
        lambda case: endings.verify(case, actor=me(), reason=form.reason.data),
        done=gettext("The case is closed. We look after it again at the dates of the checks."),
        template="staff/verify_case.html",
    )


@bp.route("/cases/<reference>/lapse", methods=["GET", "POST"])
def lapse_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), LapseForm()
    return act(
        page,
        form,
        lambda case: endings.lapse(case, actor=me()),
        done=gettext("The case is closed without an answer. The person can come back at any time."),
        lead=gettext("It is counted apart in what we publish. When the person comes back, it opens again."),
    )


@bp.route("/cases/<reference>/answer", methods=["GET", "POST"])
def answer_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), AnswerForm()
    files = keep_files(form)

    def answer(case: Case) -> None:
        attachments.add_all(case, files, actor=me(), writer=Writer.STAFF)
        endings.answer(case, form.answer.data, actor=me())

    return act(page, form, answer, done=gettext("The answer is with the person, and the case is closed."))


@bp.route("/cases/<reference>/check-afterwards", methods=["GET", "POST"])
def check_afterwards_case(reference: str) -> ResponseReturnValue:
    page, form = opened(reference), CheckAfterwardsForm()

    def check(case: Case) -> None:
        endings.check_afterwards(case, form.talk, actor=me())

    return act(page, form, check, done=gettext("The check is recorded."), needs_version=False)
