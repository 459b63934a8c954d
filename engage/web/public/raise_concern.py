"""Raising a concern: four short pages, or one field and one request."""

from dataclasses import dataclass, field

from flask import Response, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from engage.extensions import csrf
from engage.queries.sites import SitePage
from engage.services import drafts, intake, resends
from engage.services.attachments import FileRefused
from engage.services.drafts import Written
from engage.unit_of_work import unit_of_work
from engage.web.public import raise_sending as sending
from engage.web.public import turns
from engage.web.public.blueprint import bp, chosen_site
from engage.web.public.raise_forms import RaiseForm, WholeForm
from engage.web.public.raise_steps import (
    FIRST,
    LAST,
    STEPS,
    Step,
    after,
    draft_of,
    forget,
    found_draft,
    go_to,
    prefilled,
    prepare,
    remember,
    show,
)
from engage.web.public.raise_summary import summary
from engage.web.public.receipt import show_receipt
from engage.web.uploads import Uploads, checked_uploads, why_none_of_the_person

NOTHING = Written()

# These views look at the forms' tokens themselves: when one is too old, the page comes back with what was typed.


@bp.route("/raise", methods=["GET", "POST"])
@bp.route("/s/<code>/raise", methods=["GET", "POST"])
@csrf.exempt
def raise_concern(code: str | None = None) -> ResponseReturnValue:
    return _page(STEPS[0], chosen_site(code))


@bp.route("/raise/where", methods=["GET", "POST"])
@bp.route("/s/<code>/raise/where", methods=["GET", "POST"])
@csrf.exempt
def raise_where(code: str | None = None) -> ResponseReturnValue:
    return _page(STEPS[1], chosen_site(code))


@bp.route("/raise/who", methods=["GET", "POST"])
@bp.route("/s/<code>/raise/who", methods=["GET", "POST"])
@csrf.exempt
def raise_who(code: str | None = None) -> ResponseReturnValue:
    return _page(STEPS[2], chosen_site(code))


@bp.route("/raise/check", methods=["GET", "POST"])
@bp.route("/s/<code>/raise/check", methods=["GET", "POST"])
@csrf.exempt
def raise_check(code: str | None = None) -> ResponseReturnValue:
    return _page(STEPS[3], chosen_site(code))


@bp.post("/raise/discard")
@bp.post("/s/<code>/raise/discard")
@csrf.exempt  # only who knows the draft's own token can delete it, and no other site does
def discard_draft(code: str | None = None) -> ResponseReturnValue:
    token = request.form.get("token", "")
    if intake.is_token(token):
        with unit_of_work():
            drafts.discard(token)
    flash(gettext("What you wrote is deleted. Nobody has read it."), "success")
    home = url_for("public.show_site", code=code) if code else url_for("public.home")
    return forget(make_response(redirect(home, 303)))


def _page(step: Step, site: SitePage | None) -> Response:
    if request.method == "POST":
        return _take(step, site)
    token, written = found_draft()
    if written is None and step is not FIRST:
        return go_to(FIRST, site)
    return _show(step, site, prefilled(step, token, written.values if written else {}), written or NOTHING)


def _show(
    step: Step, site: SitePage | None, page: RaiseForm, written: Written, *, stale: str | None = None
) -> Response:
    """Return a page of the form; `stale` is given, if only empty, where something has to be put right first."""
    lines = summary(site, written) if step is LAST else ()
    status = 200 if stale is None else 422
    return show(step, site, page, written, status=status, stale=stale or "", lines=lines)


@dataclass
class _Post:
    """One page as it was sent, together with what was written on the others."""

    step: Step
    site: SitePage | None
    sent: RaiseForm
    token: str
    stale: str
    before: Written
    uploads: Uploads
    values: dict[str, str | bool | None] = field(default_factory=dict)
    turn: str = ""

    @property
    def has_files(self) -> bool:
        return bool(self.before.files or self.uploads.checked)

    def keep(self) -> Written:
        """Keep what was typed and the files that came; where there is no room for files, the words alone."""
        written = Written(self.values, self.before.files)
        try:
            with unit_of_work():
                return drafts.save(self.token, written, self.uploads.checked)
        except FileRefused as refusal:
            self.uploads.refused.append(why_none_of_the_person(refusal))
            self.uploads.checked.clear()
            with unit_of_work():
                return drafts.save(self.token, written)

    def show_again(self, step: Step, whole: RaiseForm, *, stale: str = "") -> Response:
        """Return a page with what was typed and what is wrong with it; files that came are kept, and named on it."""
        kept = Written(self.values, self.before.files)
        is_kept = bool(self.uploads.checked) or self.before is not NOTHING or {step, self.step} != {FIRST}
        if is_kept:
            kept = self.keep()
        page = prefilled(step, self.token, self.values)
        page.turn.data = self.turn
        for name in step.names:
            page[name].errors = whole[name].errors
        if step is FIRST and self.uploads.refused:
            page.files.errors = self.uploads.refused
        response = _show(step, self.site, page, kept, stale=stale or self.stale)
        return remember(response, self.token) if is_kept else response


def _take(step: Step, site: SitePage | None) -> Response:
    post = _read(step, site)
    if dropped := request.form.get("remove"):
        return _without(post, dropped)
    whole = post.sent if post.before is NOTHING else sending.gathered(post.values)
    bad = sending.first_wrong(whole, site, has_files=post.has_files)
    if post.uploads.refused:
        bad = FIRST
    sends = request.form.get("send") == "now"
    if sends and (bad or post.stale) and (answer := _answer_resend(post, whole)):
        return answer
    if step is not FIRST and post.before is NOTHING and not post.values.get("what_happened"):
        gone = gettext("What you wrote before was deleted after a day. It was not sent.")
        return post.show_again(FIRST, whole, stale=gone)
    if post.stale:
        return post.show_again(step, whole)
    if sends:
        return post.show_again(bad, whole) if bad else _in_turn(post, whole)
    if step.names & whole.errors.keys() or post.uploads.refused:
        return post.show_again(step, whole)
    post.keep()
    return post.show_again(FIRST, whole) if post.uploads.refused else remember(go_to(after(step), site), post.token)


def _in_turn(post: _Post, whole: RaiseForm) -> Response:
    """Send it, or show the page once more until its turn comes, with all that is on it."""
    turn = turns.of(post.token, post.sent.turn.data)
    if turn is None:
        return _send(post, whole)
    if answer := _answer_resend(post, whole):
        return answer
    post.turn = turn.proof
    wait = ngettext(
        "Very many concerns come from where you are now. Nothing is lost. Wait %(num)d second, then press Send again.",
        "Very many concerns come from where you are now. Nothing is lost. Wait %(num)d seconds, then press Send again.",
        turn.seconds,
    )
    response = post.show_again(post.step, whole, stale=wait)
    response.status_code, response.headers["Retry-After"] = 429, str(turn.seconds)
    return response


def _send(post: _Post, whole: RaiseForm) -> Response:
    files = post.uploads.checked
    try:
        return forget(
            sending.send(post.token, whole, post.site, post.before, files, looks_automatic=bool(post.sent.website.data))
        )
    except FileRefused as refusal:
        post.uploads.checked.clear()
        post.uploads.refused.append(why_none_of_the_person(refusal))
        return post.show_again(FIRST, whole)
    except sending.SentBefore:
        return _answer_resend(post, whole) or _without_files(post, whole)


def _read(step: Step, site: SitePage | None) -> _Post:
    """Return what this request brought, on top of what was written on the other pages."""
    sent = prepare(WholeForm(formdata=request.form))
    sent.validate()
    if site:
        sent.site.data, sent.site.errors = "", []  # the address names the site
    stale = ""
    if sent.csrf_token.errors or sent.token.errors:
        stale = gettext("This page was open for a long time. Nothing was sent yet. Look at it once more, then go on.")
    token, before = (sent.token.data, draft_of(sent.token.data)) if not sent.token.errors else found_draft()
    here = step.names | request.form.keys()
    before = before or NOTHING
    values = {**before.values, **{name: value for name, value in sent.typed.items() if name in here}}
    return _Post(
        step=step,
        site=site,
        sent=sent,
        token=token,
        stale=stale,
        before=before,
        uploads=checked_uploads(request.files.getlist("files"), already=len(before.files)),
        values=values,
    )


def _answer_resend(post: _Post, whole: RaiseForm) -> Response | None:
    """Answer a form that was sent before, and whose draft is gone since, with what it got then."""
    files = {file.sha256 for file in post.before.files} | {file.sha256 for file in post.uploads.checked}
    try:
        with unit_of_work():
            answer = resends.answer(post.token, sending.resent(post.values, whole, files))
    except intake.AnotherConcern:
        return _not_sent_yet(post, whole)
    if answer is None:
        return None
    if answer.differs:
        post.stale = gettext(
            "We have your concern. How we reach you is not changed. Open your concern with your code to change it."
        )
        return post.show_again(STEPS[2], whole)  # where it was typed
    return forget(show_receipt(answer.received))


def _not_sent_yet(post: _Post, whole: RaiseForm) -> Response:
    """Show a form that was sent before and now says something else once more, as a new one with all that is in it."""
    post.stale = gettext("What you sent before is safe with us. What you see here is not sent yet.")
    try:
        post.uploads.checked[:0] = drafts.open_files(post.token, post.before)
    except FileNotFoundError:  # they went with what was sent
        return _without_files(post, whole)
    post.token, post.before = intake.new_token(), NOTHING
    return post.show_again(post.step, whole)


def _without_files(post: _Post, whole: RaiseForm) -> Response:
    """Show a form whose draft was deleted meanwhile once more, as a new one; its files have to be chosen again."""
    post.token, post.before = intake.new_token(), NOTHING
    post.uploads.refused.append(gettext("Your files are not on this page any more. Choose them again."))
    return post.show_again(FIRST, whole)


def _without(post: _Post, dropped: str) -> Response:
    """Take a file out of the draft and show the page again; a file that came with it is kept where there is room."""
    with unit_of_work():
        post.before = drafts.drop_file(post.token, Written(post.values, post.before.files), dropped)
        drafts.save(post.token, post.before)
    post.keep()
    if post.uploads.refused:
        return post.show_again(FIRST, sending.gathered(post.values))
    return remember(go_to(post.step, post.site), post.token)
