"""The gate before the pages of staff: closed to strangers, to the wrong roles, and until a new password is chosen."""

from collections.abc import Callable

from flask import Blueprint, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_fresh
from sqlalchemy.exc import NoResultFound

from engage import clock
from engage.domain import second_factor
from engage.domain.lane_policy import LANE_GRANTS, LanePermission
from engage.domain.pen_policy import PEN_GRANTS
from engage.domain.policy import GRANTS, Actor, NotAllowed, Permission, Role
from engage.queries.accounts import Account
from engage.queries.frame import numbers
from engage.queries.paging import COUNTED
from engage.web import filters, given_back
from engage.web.locale import gettext

SEES_CASES = frozenset(GRANTS[Permission.VIEW])
LANE = frozenset(LANE_GRANTS[LanePermission.VIEW])
LOOKS_AFTER = frozenset({Role.ADMIN})

# Where somebody may go who has to do one of these before anything else.
_CHOOSING_PASSWORD = frozenset({"account.change_password", "account.sign_out"})
_SETTING_UP = frozenset({"account.set_up_second_factor", "account.add_passkey", "account.prove"}) | _CHOOSING_PASSWORD

_PROVIDER = "provider_asked"

Check = Callable[[], ResponseReturnValue | None]


def close(
    bp: Blueprint, *roles: Role, fresh: bool = False, but: frozenset[str] = frozenset(), hidden: bool = False
) -> None:
    """Put the gate before every page of a blueprint, for those who hold one of the roles somewhere, or for all staff.

    With `fresh`, a session that is used from another address or browser than it was begun with has to sign in again.
    `but` names endpoints that are open. What is `hidden` does not exist for others: not found instead of refused.
    """
    bp.before_request(_gate(frozenset(roles), fresh, but, hidden))
    given_back.watch(bp)
    bp.context_processor(frame)


def me() -> Account:
    """Return who is signed in."""
    account: Account = current_user.account
    return account


def note_provider(*, asked: bool) -> None:
    """Remember in this browser whether a provider of single sign-on asked for a second factor; the cookie is signed."""
    if asked:
        session[_PROVIDER] = True


def provider_asked() -> bool:
    """Whether who is signed in came from a provider that asked for a second factor."""
    return bool(session.get(_PROVIDER))


def home_of(actor: Actor) -> str:
    """Return the endpoint where the work of somebody begins."""
    if actor.holds(*SEES_CASES):
        return "staff.inbox"
    return "admin.list_sites" if actor.holds(*LOOKS_AFTER) else "account.show_account"


def frame() -> dict[str, object]:
    """Return what layouts/staff.html draws around every page: only links whose doors open."""
    if not current_user.is_authenticated:
        return {}
    actor = me().actor
    links = [
        ("staff.day", gettext("My day"), SEES_CASES),
        ("staff.inbox", gettext("Inbox"), SEES_CASES),
        ("lane.list_reports", gettext("Restricted lane"), LANE),
        ("staff.list_flagged", gettext("To look through"), frozenset(GRANTS[Permission.SIFT])),
        ("staff.list_mail", gettext("Mail"), frozenset(PEN_GRANTS)),
        ("staff.list_notices", gettext("Delivery"), frozenset(GRANTS[Permission.SEE_DELIVERY])),
        ("staff.list_systemic_issues", gettext("What repeats"), SEES_CASES),
        ("staff.list_unusual_readings", gettext("Unusual reading"), frozenset({Role.AUDITOR})),
        ("staff.show_calendars", gettext("Calendars"), SEES_CASES),
        ("admin.list_sites", gettext("Sites"), LOOKS_AFTER),
        ("admin.list_users", gettext("People"), LOOKS_AFTER),
        ("admin.list_undelivered", gettext("Delivery"), LOOKS_AFTER),
    ]
    shown = [
        {"endpoint": endpoint, "label": label, "count": _counted(g.get("waits_at", {}).get(endpoint, 0))}
        for endpoint, label, roles in links
        if actor.holds(*roles) and endpoint in current_app.view_functions
    ]
    return {"nav": shown, "signed_in": me().name, "home": home_of(actor), "unseen": _counted(g.get("unseen", 0))}


def leave_out_of_bell(count: int) -> None:
    """Let the bell of this page leave out what the page shows; where more wait than are counted, nobody can say."""
    if (unseen := g.get("unseen", 0)) <= COUNTED:
        g.unseen = max(unseen - count, 0)


def _counted(count: int) -> str:
    """Return a count as the head shows it: exact to 999, nothing where there is nothing."""
    return filters.capped(count) if count else ""


def _gate(roles: frozenset[Role], fresh: bool, but: frozenset[str], hidden: bool) -> Check:
    def gate() -> ResponseReturnValue | None:
        if request.endpoint in but:
            return None
        if not current_user.is_authenticated or (fresh and not login_fresh()):
            return given_back.to_sign_in_again() or _to_sign_in()
        _stay_signed_in()
        account = me()
        g.actor, g.user_locale = account.actor, account.locale
        filters.speak_in(account.time_zone)  # until a page says better: that of its case
        if before := _to_do_before(account):
            return redirect(url_for(before), 303)
        if roles and not account.actor.holds(*roles):
            raise NoResultFound if hidden else NotAllowed(request.endpoint)
        if request.method == "GET":
            # Read here and not while the page is drawn: the page that says that the database is gone is drawn, too.
            waiting = numbers(account.actor)
            g.unseen = waiting.unseen
            g.waits_at = {"lane.list_reports": waiting.reports or 0, "staff.list_mail": waiting.mails or 0}
        return None

    return gate


def _to_do_before(account: Account) -> str | None:
    """Return the endpoint of what has to be done before the page that is asked for."""
    if account.must_change_password:
        return "account.change_password" if request.endpoint not in _CHOOSING_PASSWORD else None
    has_one = account.has_second_factor or provider_asked()
    if second_factor.is_demanded_of(account.actor) and not has_one:
        return "account.set_up_second_factor" if request.endpoint not in _SETTING_UP else None
    return None


def _stay_signed_in() -> None:
    """Let the time of rest after which a session ends begin anew, once a minute: to sign the cookie takes a while."""
    minute = int(clock.utcnow().timestamp()) // 60
    if session.get("minute") != minute:
        session["minute"] = minute


def _to_sign_in() -> ResponseReturnValue:
    """To the sign-in page, and back to this one afterwards where it can be asked for again."""
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("account.sign_in", next=back), 303)
