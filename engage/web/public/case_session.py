"""Who holds a case in this browser: the cookie carries the receipt's id and nothing of the case."""

import secrets
import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from flask import abort, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError
from wtforms import HiddenField

from engage import clock, vault
from engage.domain.guards import Refused
from engage.domain.lane import IllegalStep
from engage.domain.lifecycle import IllegalTransition
from engage.queries import own_case, own_report
from engage.queries.own_case import Holder
from engage.queries.own_report import LaneHolder
from engage.services.cases import MovedMeanwhile
from engage.services.receipt_codes import NewCode, Opened
from engage.web import security
from engage.web.labels import refusal
from engage.web.public.blueprint import bp

IDLE = timedelta(minutes=30)  # Source: lessons L1: a phone is shared.
_NOTED_EVERY = 60  # ours, seconds: to sign the cookie at every page takes a while
_RECEIPT, _SEEN_AT = "receipt", "receipt_seen_at"
_TOKEN_LENGTH = 32
# While a code that an operator saw is not changed, nothing else of the case opens.
_BEFORE_CHANGE = frozenset({"public.change_code"})


class OwnCaseForm(FlaskForm):
    """A form about one case. Its token names the case, so it can neither work twice nor hit another case."""

    form_token = HiddenField()


# Refusals that are worded for staff elsewhere, as the person reads them.
_FOR_THE_PERSON = {
    "another_proposal": lazy_gettext("Our proposal has changed since you opened it. Please read it again."),
    "nothing_to_answer": lazy_gettext("No proposal waits for your answer."),
    "nothing_to_confirm": lazy_gettext("There is nothing for you to confirm right now."),
    "not_closed_yet": lazy_gettext("Your concern is not closed yet. We ask you at the end."),
}

P = ParamSpec("P")
F = TypeVar("F", bound=OwnCaseForm)
H = TypeVar("H", Holder, LaneHolder)
# What stands at the address of a page about a case for whoever holds a report of the restricted lane instead: no
# address in a browser's history says which of the two somebody has.
_IN_LANE: dict[str, Callable[..., ResponseReturnValue]] = {}


def enter(opened: Opened | NewCode) -> None:
    """Let this browser hold the case from now on; whatever it held before is let go.

    Forms that were opened before a code was typed work no more. Where a new code was made they do: whoever reloads the
    page that shows it must see it again.
    """
    if isinstance(opened, Opened):
        security.renew_form_token()
    session[_RECEIPT] = str(opened.receipt_id)
    session[_SEEN_AT] = int(clock.utcnow().timestamp())


def let_go() -> None:
    """Forget the case in this browser."""
    session.pop(_RECEIPT, None)
    session.pop(_SEEN_AT, None)


def receipt_held() -> uuid.UUID | None:
    """Return the receipt in the cookie, even one that has ended; None without one or after half an hour of rest."""
    seen_at = session.get(_SEEN_AT)
    if _RECEIPT not in session or not isinstance(seen_at, int):
        return None
    if clock.utcnow().timestamp() - seen_at > IDLE.total_seconds():
        return None
    return uuid.UUID(session[_RECEIPT])


def with_case(view: Callable[Concatenate[Holder, P], ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Give the view who holds the case; everybody else is asked for the code.

    A refusal comes back as a banner; to what was sent with words in it, as a page that gives them back. Whoever holds a
    report of the restricted lane gets its page in place of this one.
    """

    def instead(receipt_id: uuid.UUID, /, *args: P.args, **named: P.kwargs) -> ResponseReturnValue | None:
        if own_report.holder(receipt_id) is None:
            return None
        return _IN_LANE.get(request.endpoint or "", _to_own_page)(*args, **named)

    return _guarded(view, own_case.holder, instead)


def with_lane(view: Callable[Concatenate[LaneHolder, P], ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Give the view who holds a report of the restricted lane; everything else is as with `with_case`."""

    def instead(receipt_id: uuid.UUID, /, *args: P.args, **named: P.kwargs) -> ResponseReturnValue | None:
        return _to_own_page() if own_case.holder(receipt_id) is not None else None

    return _guarded(view, own_report.holder, instead)


def in_lane(
    endpoint: str,
) -> Callable[[Callable[Concatenate[LaneHolder, P], ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """Let the view stand at the address of another endpoint for whoever holds a report of the restricted lane."""

    def register(
        view: Callable[Concatenate[LaneHolder, P], ResponseReturnValue],
    ) -> Callable[P, ResponseReturnValue]:
        _IN_LANE[endpoint] = guarded = with_lane(view)
        return guarded

    return register


def _to_own_page(*_args: object, **_named: object) -> ResponseReturnValue:
    return redirect(url_for("public.show_case"), 303)


def _guarded(
    view: Callable[Concatenate[H, P], ResponseReturnValue],
    find: Callable[[uuid.UUID], H | None],
    instead: Callable[Concatenate[uuid.UUID, P], ResponseReturnValue | None],
) -> Callable[P, ResponseReturnValue]:
    @wraps(view)
    def guarded(*args: P.args, **named: P.kwargs) -> ResponseReturnValue:
        receipt_id = receipt_held()
        holder = find(receipt_id) if receipt_id else None
        if holder is None:
            other = instead(receipt_id, *args, **named) if receipt_id else None
            return other if other is not None else _ask_for_code()
        if (now := int(clock.utcnow().timestamp())) - session[_SEEN_AT] >= _NOTED_EVERY:
            session[_SEEN_AT] = now
        if holder.must_change and request.endpoint not in _BEFORE_CHANGE:
            return redirect(url_for("public.change_code"), 303)
        try:
            return view(holder, *args, **named)
        except MovedMeanwhile:  # while their form was on its way: from now on they hold a report of the lane
            other = instead(holder.receipt_id, *args, **named)
            return other if other is not None else _ask_for_code()
        except Refused as error:
            why = str(_FOR_THE_PERSON.get(error.refusal.code) or refusal(error.refusal))
        except IllegalTransition:
            why = gettext("That is not possible any more. Your concern has moved on.")
        except IllegalStep:
            why = gettext("That is not possible any more.")
        if typed := _typed():
            return _not_done(why, typed)
        flash(why, "warning")
        return redirect(url_for("public.show_case"), 303)

    return guarded


def _ask_for_code() -> ResponseReturnValue:
    was_held = _RECEIPT in session
    is_gone = (held := receipt_held()) is not None and own_case.is_gone(held)
    let_go()
    if typed := _typed():
        heading = gettext("Please enter your code again")
        happened = gettext("This page was closed because nothing happened for 30 minutes. Nothing was sent.")
        todo = [gettext("Copy your words, enter your code, and send them again.")]
        back = {"label": gettext("Enter your code"), "href": url_for("public.enter_code")}
        page = render_template(
            "error.html", heading=heading, happened=happened, todo=todo, typed=typed, back=back, code=None
        )
        return make_response(page, 401)
    if is_gone:
        flash(gettext("What this page showed is erased, and its code opens nothing any more."))
    elif was_held:
        flash(gettext("The page of your concern was closed to keep it safe. Enter your code to go on."))
    return redirect(url_for("public.enter_code"), 303)


@bp.errorhandler(CSRFError)
def explain_stale_form(_error: CSRFError) -> ResponseReturnValue:
    """Say that the form is from before the browser forgot us, and give back what was typed into it."""
    page = render_template(
        "error.html",
        code=400,
        heading=gettext("This page was open for too long"),
        happened=gettext("Your browser has forgotten us since you opened it. Nothing was sent."),
        todo=[
            gettext("Copy your words, open the page again, and send them again."),
            gettext(
                "If it happens again, allow cookies for this page. We keep one while you are here, and none after."
            ),
        ],
        typed=_typed() or None,
        back={"label": gettext("Enter your code"), "href": url_for("public.enter_code")},
    )
    return page, 400


def _not_done(why: str, typed: str) -> ResponseReturnValue:
    """Say why it was not done, and give back what was typed, so that it can be copied and sent in another way."""
    page = render_template(
        "error.html",
        code=None,
        heading=gettext("This was not sent"),
        happened=why,
        todo=[
            gettext("Open your concern and see where it is now."),
            gettext("Copy your words if you still want to send them. You can write to us there."),
        ],
        typed=typed,
        back={"label": gettext("Back to your concern"), "href": url_for("public.show_case")},
    )
    return page, 409


# What a person types on the pages of their case; every other field is chosen from a list.
_TYPED = (
    "words",
    "right_words",
    "message",
    "reason",
    "late_reason",
    "name",
    "organisation",
    "email",
    "phone",
    "facilitator",
)


def _typed() -> str:
    """What was typed into the form that could not be sent, to be given back; each field begins a line of its own."""
    return "\n\n".join(filter(None, (request.form.get(name, "").strip() for name in _TYPED)))


def prepared(form: F, holder: Holder | LaneHolder) -> F:
    """Give a fresh form its token, and turn away one that was opened for another case."""
    if not form.is_submitted():
        form.form_token.data = new_bound_token(holder.about)
        return form
    if not _belongs(form.form_token.data or "", holder.about):
        abort(make_response(_other_case(), 409))
    return form


def token_of(form: OwnCaseForm) -> str:
    """Return the random part of the form's token: 32 hexadecimal characters."""
    return str(form.form_token.data)[:_TOKEN_LENGTH]


def new_plain_token() -> str:
    """Return a token for a form that belongs to no case yet."""
    return secrets.token_hex(_TOKEN_LENGTH // 2)


def is_plain_token(token: str | None) -> bool:
    """Whether a token has the shape of one of ours."""
    return token is not None and len(token) == _TOKEN_LENGTH and set(token) <= set("0123456789abcdef")


def new_bound_token(about: uuid.UUID) -> str:
    """Return a token for a form about one case or report."""
    token = new_plain_token()
    return f"{token}.{_mark(token, about)}"


def _belongs(value: str, case_id: uuid.UUID) -> bool:
    token, _, mark = value.partition(".")
    return is_plain_token(token) and secrets.compare_digest(mark.encode(), _mark(token, case_id).encode())


def _mark(token: str, case_id: uuid.UUID) -> str:
    return vault.digest(f"{token}.{case_id}", "form-of-case")[:32]


def _other_case() -> str:
    return render_template(
        "error.html",
        heading=gettext("You have opened another concern since"),
        happened=gettext("This form belongs to a concern that is no longer open in this browser. Nothing was sent."),
        todo=[gettext("Enter the code of the concern you were writing about, and send it again.")],
        typed=_typed() or None,
        back={"label": gettext("Enter your code"), "href": url_for("public.enter_code")},
        code=None,
    )
