"""What mails say: listed with their languages, looked at, changed with a preview, and taken back."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.exc import NoResultFound

from engage.domain.administration import require_sites
from engage.domain.message_checks import MOST_IN_BODY, Words, WordsRefused
from engage.domain.messages_file import MessageFacts
from engage.notify import messages as shipped
from engage.queries import message_versions
from engage.services import messages
from engage.services.messages import WordsChangedMeanwhile
from engage.unit_of_work import unit_of_work
from engage.web.admin import message_view as view
from engage.web.admin.blueprint import bp, me
from engage.web.admin.message_forms import MessageForm, opened
from engage.web.labels import refusal
from engage.web.message_labels import FIXED


@bp.route("/messages")
def list_messages() -> ResponseReturnValue:
    require_sites(me(), [None])
    return render_template(
        "admin/list_messages.html", groups=view.listed(), locales=view.locales(), fallbacks=view.fallbacks()
    )


@bp.route("/messages/<message>/<locale>", methods=["GET", "POST"])
def edit_message(message: str, locale: str) -> ResponseReturnValue:
    facts = _message(message, locale)
    if not facts.is_editable:
        return _read(facts, locale)
    form = opened(messages.words_in_use(message, locale), _version(message, locale))
    if not form.validate_on_submit():
        return _page(facts, locale, form)
    if "preview" in request.form:
        is_fine = _show_problems(form, WordsRefused(messages.problems(message, form.words)))
        return _page(facts, locale, form, status=200 if is_fine else 422)
    try:
        with unit_of_work():
            messages.save(message, locale, form.words, seen_version=form.seen, actor=me())
    except WordsRefused as refused:
        _show_problems(form, refused)
        return _page(facts, locale, form, status=422)
    except WordsChangedMeanwhile:
        newest = messages.words_in_use(message, locale)
        form.version.data = _version(message, locale)
        return _page(facts, locale, form, other=newest, status=409)
    flash(gettext("Saved. Mails that leave from now on say this."), "success")
    return redirect(url_for("admin.edit_message", message=message, locale=locale), 303)


@bp.route("/messages/<message>/<locale>/restore", methods=["POST"])
def restore_message(message: str, locale: str) -> ResponseReturnValue:
    _message(message, locale)
    version, seen = (request.form.get(name, -1, type=int) for name in ("restore", "version"))
    try:
        with unit_of_work():
            messages.restore(message, locale, version, seen_version=seen, actor=me())
    except WordsRefused as refused:
        why = " ".join(refusal(one.refusal) for one in refused.problems)
        flash(gettext("These words can't count again. %(why)s", why=why), "warning")
    except WordsChangedMeanwhile:
        flash(gettext("Somebody saved another version meanwhile. Look at it first."), "warning")
    else:
        flash(gettext("Restored. Mails that leave from now on say this."), "success")
    return redirect(url_for("admin.edit_message", message=message, locale=locale), 303)


def _message(message: str, locale: str) -> MessageFacts:
    """The message, for an administrator of all sites, in a language of these pages."""
    require_sites(me(), [None])
    facts = shipped.table().messages.get(message)
    if facts is None or locale not in {one.code for one in view.locales()}:
        raise NoResultFound
    return facts


def _version(message: str, locale: str) -> int:
    history = message_versions.history(message, locale)
    return history[0].number if history else messages.SHIPPED


def _show_problems(form: MessageForm, refused: WordsRefused) -> bool:
    """Put each problem to its field; whether there is none."""
    for problem in refused.problems:
        field = form[problem.part]
        field.errors = [*field.errors, refusal(problem.refusal)]
    return not refused.problems


def _page(
    facts: MessageFacts, locale: str, form: MessageForm, *, other: Words | None = None, status: int = 200
) -> ResponseReturnValue:
    history = message_versions.history(facts.code, locale)
    words = form.words
    parts = [form[name] for name in ("subject", "body", "sms") if name in form]
    return render_template(
        "admin/edit_message.html",
        **_frame(facts, locale),
        form=form,
        parts=parts,
        problems=[{"text": text, "href": f"#{field.id}"} for field in parts for text in field.errors],
        preview=view.preview(facts, words, locale),
        owed=view.owed(facts, words),
        known=view.known(facts),
        changes=view.changes(history, shipped.shipped(facts.code, locale)),
        is_shipped=not history or history[0].words is None,
        other=view.difference(form.words, other) if other else None,
        newest=history[0] if history else None,
        most=MOST_IN_BODY,
    ), status


def _read(facts: MessageFacts, locale: str) -> ResponseReturnValue:
    """The page of a message that nobody changes."""
    if request.method == "POST":
        messages.editable(facts.code, locale)
    words = shipped.shipped(facts.code, locale)
    return render_template(
        "admin/read_message.html",
        **_frame(facts, locale),
        why=FIXED[facts.fixed] if facts.fixed else "",
        preview=view.preview(facts, words, locale),
    )


def _frame(facts: MessageFacts, locale: str) -> dict[str, object]:
    """What both pages need: what the message is called is its subject, as it counts now."""
    found = next(one for one in view.locales() if one.code == locale)
    words = messages.words_in_use(facts.code, locale)
    subject = view.subject(facts, words, locale)
    return {"message": facts, "subject": subject, "spoken": found, "direction": found.direction}
