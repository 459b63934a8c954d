"""A concern that somebody tells a member of staff: taken down, and the paper card with its code."""

import uuid

import segno
from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup

from engage.domain import receipts
from engage.domain.case import Identity, Kind, Road
from engage.domain.policy import NotAllowed
from engage.queries import case_parts
from engage.queries.case_parts import TakingSite
from engage.queries.receipt import next_days
from engage.services import intake, resends, sites
from engage.services.attachments import Checked, FileRefused
from engage.services.contact import ContactRefused, Values
from engage.services.intake import TAKERS, AnotherConcern, Concern, Received
from engage.services.resends import Resent
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from engage.web import filters, labels, locale, uploads
from engage.web.staff import offered
from engage.web.staff.acting import FULL, complain, keep_files, left_out, limits, me
from engage.web.staff.blueprint import bp
from engage.web.staff.form_fields import choices
from engage.web.staff.take_down_forms import PROBLEMS, TakeDownForm


class OtherAnswers(ValueError):
    """The form made a case before, of the same words and with other answers."""


@bp.route("/take-down", methods=["GET", "POST"])
def take_down_concern() -> ResponseReturnValue:
    mine = [site for site in case_parts.sites_for_taking() if any(me().has(role, site.id) for role in TAKERS)]
    if not mine:
        raise NotAllowed("take_down")
    form = TakeDownForm()
    _offer(form, mine)
    status = 200
    files = keep_files(form)
    if form.validate_on_submit():
        if form.says_something or files:
            try:
                return _card(_received(form, files, mine))
            except (ContactRefused, AnotherConcern, OtherAnswers, FileRefused) as error:
                status = _stopped(form, error)
        else:
            form.what_happened.errors = [gettext("Write what happened, or add a recording or a photo")]
            status = 422
    elif form.is_submitted():
        status = 422
    if status != 200 and (files or left_out()):
        complain(form, [*left_out(), gettext("Choose your files again: the page could not keep them.")])
    if not form.token.data or form.token.errors:
        form.token.data = intake.new_token()
    return render_template("staff/take_down_concern.html", form=form, limits=limits()), status


def _offer(form: TakeDownForm, mine: list[TakingSite]) -> None:
    lists = sites.shipped_catalogue().taxonomy.lists
    form.site.choices = [*([offered.nothing()] if len(mine) > 1 else []), *choices([(str(s.id), s.name) for s in mine])]
    form.channel.choices = [
        offered.nothing(),
        *choices([(one.code, gettext(one.label)) for one in lists["channels"] if one.code != "web"]),
    ]
    form.speaks_as.choices = [
        offered.nothing(),
        *choices([(one.code, gettext(one.label)) for one in lists["stakeholder_types"]]),
    ]
    form.locale.choices = choices([(one.code, one.name) for one in locale.offered()])
    form.offer_kinds([(kind.value, labels.label("kind", kind)) for kind in Kind])


def _received(form: TakeDownForm, files: list[Checked], mine: list[TakingSite]) -> Received:
    """Make a case of the form, or find the one that it made before.

    Raises:
        AnotherConcern: the form made a case before and says something else now; nothing is changed.
        OtherAnswers: it made one before, of the same words with other answers beside them.
    """
    site = next(one for one in mine if str(one.id) == form.site.data)
    concern = Concern(
        what_happened=form.what_happened.data or "",
        kind=Kind(form.kind.data),
        where_it_happened=form.where_it_happened.data,
        when_it_happened=form.when_it_happened.data,
        what_would_make_it_right=form.what_would_make_it_right.data,
        speaks_as=form.speaks_as.data,
        on_behalf=form.on_behalf.data,
        is_collective=form.is_collective.data,
        category="GBV" if "violence" in form.about.data else None,
        harms_child="child" in form.about.data,
        locale=form.locale.data,
        channel=form.channel.data,
        identity=Identity(form.identity.data),
        road=Road(form.road.data),
        read_back=form.read_back.data,
        wants_originals=form.wants_originals.data,
    )
    reach = Values(form.name.data, form.organisation.data, form.email.data, form.phone.data, form.facilitator.data)
    with unit_of_work():
        received = intake.take_down(
            form.token.data,
            concern,
            site_id=uuid.UUID(form.site.data),
            received_at=form.received_at(site.time_zone),
            actor=me(),
            reach=reach,
            files=files,
        )
        resends.remember(received, form.token.data, form.ticks)
        if received.is_new:
            return received
        resent = Resent(
            form.data,
            {file.sha256 for file in files},
            is_violence=concern.category is not None,
            harms_child=concern.harms_child,
            others=form.ticks,
        )
        answer = resends.answer(form.token.data, resent, actor=me())
    if answer is not None and answer.differs:
        raise OtherAnswers
    return received


def _stopped(form: TakeDownForm, error: Exception) -> int:
    """Note in the form why nothing was taken down, and return the status of the page."""
    match error:
        case ContactRefused():
            for field, problem in error.problems.items():
                form[field].errors = [PROBLEMS[problem]]
        case AnotherConcern():
            form.token.data = intake.new_token()
            form.what_happened.errors = [
                gettext("The card you made before is for another concern. This one is not sent yet. Send it again.")
            ]
        case OtherAnswers():
            form.token.data = intake.new_token()
            form.what_happened.errors = [
                gettext(
                    "You made a card for these words before. Other answers on this page are not kept with it, except "
                    "that violence or harm to a child, ticked now, counts from now. To correct the rest, open the "
                    "case. If this is the concern of somebody else, send it again."
                )
            ]
        case FileRefused():
            why = uploads.why_none(error)
            complain(form, [gettext("Nothing was kept. %(why)s", why=why)])
            return FULL
    return 422


def _card(received: Received) -> ResponseReturnValue:
    """The paper card, answered directly to the form, since the code is stored nowhere."""
    days = next_days(received.case_id)
    filters.speak_in(days.time_zone)
    request.environ.pop("HTTP_ACCEPT_ENCODING", None)  # the length of a compressed page would tell of the code
    code = receipts.grouped(received.code) if received.code else None
    # The picture is segno's, made of numbers; nothing of it comes from a person.
    picture = Markup(segno.make_qr(code, error="m").svg_inline(omitsize=True)) if code else None  # noqa: S704 - see above
    return make_response(
        render_template(
            "staff/show_card.html",
            code=code,
            picture=picture,
            reference=received.reference,
            steps=days.steps,
            address=settings().public_url.split("://", 1)[1] + "/case",
            left_out=left_out(),
            is_sensitive=days.is_sensitive,
        )
    )
