"""People: added, given roles, deactivated, given a new password or second factor. Nobody does it to themself."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.domain.administration import may_look_after, may_manage
from engage.models import StaffUser
from engage.queries import administration
from engage.services import accounts, choosing_password, foreign_identities, second_factor
from engage.services.accounts import EmailTaken
from engage.services.focal_seats import TooManyFocalPoints
from engage.services.leaving import LastFocalPoint
from engage.services.people import memberships_of
from engage.unit_of_work import unit_of_work
from engage.web import labels
from engage.web.admin import handing_over
from engage.web.admin.blueprint import bp, me
from engage.web.admin.user_forms import BareForm, Place, UserForm, boxes, details_of, roles_of, values_of


def _places() -> list[Place]:
    everywhere = [Place(None, gettext("All sites"))] if may_look_after(me(), None) else []
    return everywhere + [Place(site.id, site.name) for site in administration.sites(me())]


def _held(user: StaffUser, names: dict[UUID | None, str]) -> str:
    """The roles of somebody in one line, as far as the reader knows the sites."""
    known = {None: gettext("All sites"), **names}
    elsewhere = gettext("another site")
    found = ((labels.label("role", row.role), known.get(row.site_id, elsewhere)) for row in user.memberships)
    return ", ".join(sorted(f"{role} ({place})" for role, place in found))


@bp.route("/users")
def list_users() -> ResponseReturnValue:
    names = {place.id: place.name for place in _places()}
    people = [(user, _held(user, names)) for user in administration.users(me())]
    return render_template("admin/list_users.html", people=people, sees_all=may_look_after(me(), None))


@bp.route("/users/add", methods=["GET", "POST"])
def add_user() -> ResponseReturnValue:
    places = _places()
    form = UserForm(places)
    if form.validate_on_submit():
        try:
            if "invite" in request.form:
                return _invited(form)
            with unit_of_work():
                _, password = accounts.add_user(details_of(form), roles_of(form), actor=me())
        except EmailTaken:
            form.email.errors = [gettext("There is an account with this address.")]
        except TooManyFocalPoints as full:
            form.roles.errors = [handing_over.enough(full.sites)]
        else:
            return _shown_once(form.name.data, form.email.data, password)
    return _form_page(form, None, places)


def _invited(form: UserForm) -> ResponseReturnValue:
    with unit_of_work():
        user_id = choosing_password.invite(details_of(form), roles_of(form), actor=me())
    flash(gettext("An invitation is on its way. It works once, for seven days."), "success")
    return redirect(url_for("admin.edit_user", user_id=user_id), 303)


@bp.route("/users/<uuid:user_id>/invite-again", methods=["POST"])
def invite_again(user_id: UUID) -> ResponseReturnValue:
    administration.user(user_id, me())
    with unit_of_work():
        choosing_password.invite_again(user_id, actor=me())
    flash(gettext("Another invitation is on its way. The one before opens nothing any more."), "success")
    return redirect(url_for("admin.edit_user", user_id=user_id), 303)


@bp.route("/users/<uuid:user_id>", methods=["GET", "POST"])
def edit_user(user_id: UUID) -> ResponseReturnValue:
    user, places = administration.user(user_id, me()), _places()
    form = UserForm(places, obj=user, data={"roles": values_of(memberships_of(user))})
    if form.validate_on_submit():
        try:
            return _saved(form, user)
        except EmailTaken:
            form.email.errors = [gettext("There is an account with this address.")]
        except LastFocalPoint as last:
            form.roles.errors = [handing_over.still_needed(last.sites)]
        except TooManyFocalPoints as full:
            form.roles.errors = [handing_over.enough(full.sites)]
    return _form_page(form, user, places)


def _saved(form: UserForm, user: StaffUser) -> ResponseReturnValue:
    """Save, or show before what is handed on by it."""
    user_id, manages = user.id, may_manage(me(), user.id, memberships_of(user))
    handed = handing_over.look(lambda: accounts.set_roles(user_id, roles_of(form), actor=me()))
    title, button = gettext("Save the roles of %(name)s", name=user.name), gettext("Save and hand it on")
    if page := handing_over.page_before(user, handed, title=title, button=button):
        return page
    with unit_of_work():
        if manages:
            accounts.describe(user_id, details_of(form), actor=me())
        accounts.set_roles(user_id, roles_of(form), actor=me())
    flash(gettext("Saved."), "success")
    return redirect(url_for("admin.edit_user", user_id=user_id), 303)


@bp.route("/users/<uuid:user_id>/password", methods=["GET", "POST"])
def reset_password(user_id: UUID) -> ResponseReturnValue:
    user, form = administration.user(user_id, me()), BareForm()
    name, email = user.name, user.email
    if form.validate_on_submit():
        with unit_of_work():
            password = accounts.reset_password(user_id, actor=me())
        return _shown_once(name, email, password)
    return render_template("admin/reset_password.html", form=form, user=user)


@bp.route("/users/<uuid:user_id>/second-factor", methods=["GET", "POST"])
def reset_second_factor(user_id: UUID) -> ResponseReturnValue:
    user, form = administration.user(user_id, me()), BareForm()
    if form.validate_on_submit():
        with unit_of_work():
            second_factor.reset(user_id, actor=me())
        flash(gettext("It is taken away, and they are told by mail."), "success")
        return redirect(url_for("admin.edit_user", user_id=user_id), 303)
    return render_template("admin/reset_second_factor.html", form=form, user=user)


@bp.route("/users/<uuid:user_id>/unlink", methods=["POST"])
def unlink_user(user_id: UUID) -> ResponseReturnValue:
    administration.user(user_id, me())
    with unit_of_work():
        foreign_identities.unlink(user_id, actor=me())
    flash(gettext("Single sign-on lets them in no longer. They can be linked anew."), "success")
    return redirect(url_for("admin.edit_user", user_id=user_id), 303)


def _form_page(form: UserForm, user: StaffUser | None, places: list[Place]) -> ResponseReturnValue:
    manages = user is None or may_manage(me(), user.id, memberships_of(user))
    is_self = user is not None and user.id == me().id
    return render_template(
        "admin/edit_user.html",
        form=form,
        user=user,
        manages=manages,
        is_self=is_self,
        groups=boxes(form, places),
        has_second_factor=user is not None and administration.has_second_factor(user.id),
        is_linked=user is not None and foreign_identities.is_linked(user.id),
        open_cases=administration.open_cases_of(user.id) if user else 0,
    ), 422 if form.errors else 200


def _shown_once(name: str | None, email: str | None, password: str) -> ResponseReturnValue:
    """The one page that shows a password, answered to the POST: nothing stores it and no address leads back to it."""
    return render_template("admin/show_password.html", name=name, email=email, password=password)
