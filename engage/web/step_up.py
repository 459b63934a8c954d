"""Before people or settings are changed, and before a secret contact is opened: who is signed in proves it anew.

A form that was sent goes along on the page that asks, so that nothing typed in it is lost.
"""

from datetime import UTC, datetime
from math import ceil

from flask import current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from engage import clock
from engage.domain import second_factor as rules
from engage.domain.second_factor import PasskeyUse
from engage.queries.accounts import Account
from engage.services import foreign_identities, second_factor, sign_in
from engage.services.sign_in import Place, TooSoon
from engage.settings import settings
from engage.unit_of_work import unit_of_work
from engage.web import gate, passkey_questions
from engage.web.proof_forms import ProveByCodeForm, ProveByPasskeyForm, ProveByPasswordForm

ProofForm = ProveByCodeForm | ProveByPasskeyForm | ProveByPasswordForm

_KEPT = "proved_at"
_OWN = ("proof", "csrf_token")  # fields of the page that asks


def proved_at() -> datetime | None:
    """Return when who is signed in proved it last: by signing in, or since."""
    seconds = session.get(_KEPT)
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None


def note_proof(at: datetime | None) -> None:
    """Remember in this browser when who is signed in proved it; the cookie is signed."""
    if at is not None:
        session[_KEPT] = int(at.timestamp())


def is_recent() -> bool:
    """Whether who is signed in proved it not long ago."""
    return rules.is_recent(proved_at(), clock.utcnow())


def before_a_change() -> ResponseReturnValue | None:
    """Ask whoever sends a form; to read costs nothing."""
    return None if request.method in ("GET", "HEAD", "OPTIONS") else asked()


def asked() -> ResponseReturnValue | None:
    """Return the page that asks for a proof, or None where one was given not long ago, or just now."""
    if is_recent():
        return None
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("account.prove", next=request.full_path.rstrip("?")), 303)
    form = form_for(gate.me(), is_sent="proof" in request.form)
    status = tried(form)
    return page(form, status, request.full_path.rstrip("?")) if status is not None else None


def form_for(account: Account, *, is_sent: bool) -> ProofForm:
    """Return the form that asks for what the account has: the code of an app, a passkey, or else the password."""
    other = ProveByPasskeyForm if account.has_second_factor else ProveByPasswordForm
    kind: type[ProofForm] = ProveByCodeForm if account.has_app else other
    return kind() if is_sent else kind(formdata=None)


def tried(form: ProofForm) -> int | None:
    """Return the status of the page that asks (again), or None once what was sent proves it."""
    if form.proof.raw_data is None:
        return 401
    if not form.validate_on_submit():
        return 422
    try:
        is_right = _proves(gate.me(), form.proof.data or "")
    except TooSoon as error:
        form.proof.errors = [words_of_wait(error)]
        return 429
    if not is_right:
        form.proof.errors = [_words_of_no(form.proof.data or "")]
        form.proof.data = ""
        return 422
    note_proof(clock.utcnow())
    return None


def page(form: ProofForm, status: int, address: str) -> ResponseReturnValue:
    """Return the page that asks; what was sent to the address stands on it unseen and is sent again."""
    pairs = [(name, value) for name, value in request.form.items(multi=True) if name not in _OWN]
    has_file = any(file.filename for file in request.files.values())
    shown = render_template(
        "account/prove.html",
        form=form,
        address=address,
        kept=pairs,
        has_file=has_file,
        passkey=gate.me().has_passkey,
        is_lost=gate.me().has_lost_second_factor,
        provider=settings().OIDC_NAME if foreign_identities.is_linked(gate.me().id) else None,
    )
    return current_app.make_response((shown, status))


def words_of_wait(error: TooSoon) -> str:
    """Return what somebody reads who tried too often."""
    seconds = max(ceil(error.wait.total_seconds()), 1)
    if seconds < 60:
        wait = ngettext("%(num)d second", "%(num)d seconds", seconds)
    else:
        wait = ngettext("%(num)d minute", "%(num)d minutes", ceil(seconds / 60))
    return gettext("Too many tries from here. Wait %(time)s and try again. Your account is not locked.", time=wait)


def words_of_wrong_code() -> str:
    """Return what somebody reads whose code is wrong, late or used: one sentence, so that it tells nothing."""
    return gettext("This code is not right, or it was used already. Wait for the next one and try again.")


def words_of_wrong_passkey() -> str:
    """Return what somebody reads whose device answered what does not count."""
    return gettext("This passkey does not prove it. Try again, or use another way.")


def _words_of_no(typed: str) -> str:
    if passkey_questions.is_answer(typed):
        return words_of_wrong_passkey()
    return words_of_wrong_code() if gate.me().has_second_factor else gettext("This is not your password.")


def _proves(account: Account, typed: str) -> bool:
    """Whether this proves it. Tries count for the session: whoever has none cannot slow its owner down."""
    place = Place("", browser=account.session_key)
    with unit_of_work():
        sign_in.take_try(account.email, place)
    if passkey_questions.is_answer(typed) and account.has_passkey:
        return _by_passkey(account, typed, place)
    if not account.has_second_factor:
        is_right = sign_in.checked(account.email, typed) == account.id
        if not is_right:
            return False
    with unit_of_work():
        if account.has_second_factor and not second_factor.passes(account.id, typed):
            return False
        sign_in.forgive(account.email, place)
    return True


def _by_passkey(account: Account, answer: str, place: Place) -> bool:
    if passkey_questions.answered_by(answer, PasskeyUse.PROVE, account.id) is None:
        return False
    with unit_of_work():
        sign_in.forgive(account.email, place)
    return True
