"""What is typed on the pages of the form becomes a concern: all of it is looked at once more, then it is sent."""

from collections.abc import Mapping, Set

from flask import Response
from flask_babel import gettext, lazy_gettext

from engage.domain.case import Identity, Kind, Road
from engage.domain.policy import Actor, Party
from engage.queries import sites
from engage.queries.sites import SitePage
from engage.services import cases, contact, drafts, intake, reaching, resends
from engage.services.attachments import Checked
from engage.services.contact import ContactRefused, Problem
from engage.services.drafts import Written
from engage.services.reaching import Preferences
from engage.services.resends import Resent
from engage.unit_of_work import unit_of_work
from engage.web import limits, locale
from engage.web.public.raise_forms import RaiseForm, WholeForm
from engage.web.public.raise_steps import STEPS, Step, prepare
from engage.web.public.receipt import show_receipt

Values = Mapping[str, str | bool | None]
_ = lazy_gettext


class SentBefore(RuntimeError):
    """The form made a case before, or its draft is gone since the page was read."""


PROBLEMS = {
    Problem.ROAD_NOT_OPEN: _("This does not go without a name. Choose a hidden e-mail address, or another way."),
    Problem.NEEDS_EMAIL: _("Write the e-mail address, or choose another way."),
    Problem.NEEDS_EMAIL_OR_PHONE: _("Write an e-mail address or a phone number, or choose another way."),
    Problem.NEEDS_ALL_AGAIN: _("Write this again, too."),
    Problem.NEEDS_FACILITATOR: _("Tell us who it is and how to find them, or choose another way."),
    Problem.BAD_EMAIL: _("Write the e-mail address like name@example.com."),
    Problem.BAD_PHONE: _("Write the phone number with the number of its country, like +381 64 123 4567."),
    Problem.TOO_LONG: _("This is too long. Use 200 characters or fewer."),
}


def gathered(values: Values) -> RaiseForm:
    """Return everything that was typed on all pages as one form, looked at field by field."""
    whole = prepare(WholeForm(formdata=None, data=values, meta={"csrf": False}))
    whole.token.data = intake.new_token()  # the page's own token was looked at before
    whole.validate()
    return whole


def first_wrong(whole: RaiseForm, site: SitePage | None, *, has_files: bool) -> Step | None:
    """Note in the form what no single field can see, and return the first page on which something is wrong."""
    if not has_files and not whole.what_happened.data and not whole.what_happened.errors:
        whole.what_happened.errors = [gettext("Tell us what happened, or add a recording or a photo.")]
    if not whole.identity.errors and not whole.road.errors:
        _look_at_contact(whole, chosen_among(whole, site))
    return next((step for step in STEPS if step.names & whole.errors.keys()), None)


def chosen_among(whole: RaiseForm, site: SitePage | None) -> SitePage | None:
    """Return the site of the address, else the one chosen on the page."""
    return site or (sites.by_code(whole.site.data) if whole.site.data and not whole.site.errors else None)


def _look_at_contact(whole: RaiseForm, site: SitePage | None) -> None:
    identity, road = identity_and_road(whole.data)
    try:
        contact.checked(identity, road, reach_of(whole.data), country=site.country if site else "")
    except ContactRefused as refused:
        for name, problem in refused.problems.items():
            whole[name].errors = whole[name].errors or [str(PROBLEMS[problem])]


def send(
    token: str,
    whole: RaiseForm,
    site: SitePage | None,
    written: Written,
    files: list[Checked],
    *,
    looks_automatic: bool,
) -> Response:
    """Make the concern ours, delete the draft, and answer with the receipt.

    Raises:
        SentBefore: it is no news, as far as can be told; nothing is changed.
        FileRefused: there is no room for the files; nothing is changed.
    """
    flagged = limits.is_too_fast(limits.CONCERNS, "raise") or looks_automatic
    chosen = chosen_among(whole, site)
    try:
        kept = [*drafts.open_files(token, written), *files]
    except FileNotFoundError as gone:  # a click a moment before this one sent it
        raise SentBefore from gone
    with unit_of_work():
        received = intake.submit(
            token,
            concern_of(whole.data, flagged=flagged),
            site_id=chosen.id if chosen else None,
            reach=reach_of(whole.data),
            files=kept,
        )
        if not received.is_new:
            raise SentBefore
        _keep_choices(received, whole.data)
        resends.remember(received, token, _typed_address(whole.data))
        if written.values:
            drafts.discard(token)
    return show_receipt(received)


def _keep_choices(received: intake.Received, values: Values) -> None:
    """Keep whether texts may go to the phone that the person left."""
    _, road = identity_and_road(values)
    chosen = Preferences(may_text=bool(values["may_text"]), shares_phone=bool(values["shares_phone"]))
    if values["phone"] and road in contact.ADDRESSED and chosen != Preferences():
        person = Actor(id=None, party=Party.PERSON, case_id=received.case_id)
        reaching.choose(cases.lock_own(received.case_id), chosen, actor=person)


def concern_of(values: Values, *, flagged: bool) -> intake.Concern:
    identity, road = identity_and_road(values)
    return intake.Concern(
        what_happened=str(values["what_happened"] or ""),
        kind=Kind(str(values["kind"])),
        where_it_happened=_text(values["where_it_happened"]),
        when_it_happened=_text(values["when_it_happened"]),
        what_would_make_it_right=_text(values["what_would_make_it_right"]),
        own_view=_text(values["own_view"]),
        speaks_as=_text(values["speaks_as"]),
        on_behalf=bool(values["on_behalf"]),
        is_collective=bool(values["is_collective"]),
        category="GBV" if values["is_violence"] else None,
        harms_child=bool(values["harms_child"]),
        locale=locale.language().code,
        identity=identity,
        road=road,
        flagged=flagged,
        wants_originals=bool(values["wants_originals"]),
    )


def resent(values: Values, whole: RaiseForm, files: Set[str]) -> Resent:
    """Return what a form brought that may have been sent before; a choice counts only where it was made."""
    identity = next((one for one in Identity if one == values.get("identity")), None)
    road = next((one for one in Road if one == values.get("road")), None)
    if identity is Identity.CONFIDENTIAL and road is Road.DIRECT:
        road = Road.CUSTODIAN
    is_violence, harms_child = bool(whole.is_violence.data), bool(whole.harms_child.data)
    return Resent(whole.data, files, is_violence, harms_child, identity, road, _typed_address(whole.data))


def _typed_address(values: Values) -> str | None:
    """Where to reach the person as it was typed, in one text; None where nothing was."""
    typed = [" ".join(str(values[name] or "").split()) for name in ("email", "phone", "facilitator")]
    return "\n".join(typed) if any(typed) else None


def reach_of(values: Values) -> contact.Values:
    return contact.Values(
        name=_text(values["name"]),
        organisation=_text(values["organisation"]),
        email=_text(values["email"]),
        phone=_text(values["phone"]),
        facilitator=_text(values["facilitator"]),
    )


def identity_and_road(values: Values) -> tuple[Identity, Road]:
    """Return who may know the person and how to reach them; in confidence, writing to them is the custodian's road."""
    identity, road = Identity(str(values["identity"])), Road(str(values["road"]))
    if identity is Identity.CONFIDENTIAL and road is Road.DIRECT:
        return identity, Road.CUSTODIAN
    return identity, road


def _text(value: str | bool | None) -> str | None:
    return str(value) if value else None
