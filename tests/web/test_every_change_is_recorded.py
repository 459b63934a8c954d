"""Every page with which an administrator changes people or settings leaves an entry: who, what, before and after."""

import io
import json
from collections.abc import Callable

import pytest
from sqlalchemy import select

from engage import clock
from engage.domain.policy import Role
from engage.models import AuditEvent, Closure, CommunityPeriod, ForeignIdentity, OutboxMessage, RetentionRun, StaffUser
from engage.services import choosing_password, retention_runs, second_factor
from engage.services.accounts import Details
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import a_notice, row_of
from tests.web import test_changing_calendars as calendars
from tests.web import test_changing_rules as rules
from tests.web import test_messages as mails
from tests.web.as_staff import done, filled, in_days, page, send, sign_in

# What is added has nothing before it, and what is removed nothing after; a secret has no value that a record may hold.
ONE_SIDED = {
    "closure_added",
    "closure_removed",
    "identity_unlinked",
    "invitation_sent",
    "notice_retried",
    "password_reset",
    "period_added",
    "period_removed",
    "retention_approved",
    "retention_declined",
    "retention_prepared",
    "roles_changed",
    "rules_taken_back",
    "second_factor_reset",
    "site_added",
    "training_recorded",
    "user_added",
    "user_changed",
}


class Desk:
    """An administrator of all sites at a browser, and what there is to change."""

    def __init__(self, client, session) -> None:
        self.session = session
        self.team = states.Team()
        for role in (Role.APPROVER, Role.COORDINATOR, Role.OVERSIGHT, Role.FOCAL):
            states.staff((role, None))
        self.chief = states.staff((Role.ADMIN, None))
        self.browser = sign_in(client, self.chief)
        self.user = f"/admin/users/{self.team.officer.id}"

    def press(self, address: str) -> None:
        """Send a form that is a button alone."""
        token = page(self.browser.get("/admin/users/add")).select_one("main [name=csrf_token]")["value"]
        done(self.browser.post(address, data={"csrf_token": token}))

    def newest(self, kind):
        self.session.rollback()
        return self.session.scalars(select(kind)).all()[-1]


def add_user(desk):
    typed = {"name": "New", "email": "new@staff.engage.test", "roles": [f"officer@{desk.team.site_id}"]}
    assert send(desk.browser, "/admin/users/add", **typed).status_code == 200


def invite_again(desk):
    with unit_of_work():
        user_id = choosing_password.invite(Details("new@staff.engage.test", "New"), [], actor=desk.chief)
    desk.press(f"/admin/users/{user_id}/invite-again")


def edit_user(desk):
    done(send(desk.browser, desk.user, name="Renamed", roles=[f"liaison@{desk.team.site_id}"]))


def reset_password(desk):
    assert send(desk.browser, f"{desk.user}/password").status_code == 200


def reset_second_factor(desk):
    with unit_of_work():
        user = desk.session.get_one(StaffUser, desk.team.officer.id)
        second_factor.keep(user, second_factor.new_secret())
    done(send(desk.browser, f"{desk.user}/second-factor"))


def reactivate_user(desk):
    desk.press(f"{desk.user}/deactivate")
    desk.press(f"{desk.user}/reactivate")


def move_user(desk):
    there = states.a_site("KOL")
    done(send(desk.browser, f"{desk.user}/move", here=str(desk.team.site_id), there=str(there)))


def record_training(desk):
    typed = {"course": "procedure", "taken_on": in_days(0), "evidence": "List"}
    done(send(desk.browser, f"{desk.user}/training", **typed))


def unlink_user(desk):
    with unit_of_work():
        desk.session.add(
            ForeignIdentity(
                user_id=desk.team.officer.id, issuer="https://id.test", subject="one", linked_at=clock.utcnow()
            )
        )
    desk.press(f"{desk.user}/unlink")


def add_site(desk):
    typed = {"code": "ROS", "name": "Rosa", "time_zone": "America/Lima", "locale": "es"}
    done(send(desk.browser, "/admin/sites/add", **typed))


def take_back_rules(desk):
    done(rules.save(desk.browser, propose_3="20", effective_on=in_days(27)))
    button = page(desk.browser.get("/admin/sites/BOR/rules")).select_one("form[action$='take-back']")
    done(desk.browser.post(button["action"], data={one["name"]: one["value"] for one in button.select("input")}))


def edit_hours(desk):
    for until in ("12:00", "13:00"):
        done(calendars.save_hours(desk.browser, day_4=f"08:00-{until}", country="RS"))


def list_closures(desk):
    typed = dict(zip(("first", "reason"), (in_days(5), "Repair"), strict=True))
    done(calendars.add(desk.browser, calendars.CLOSURES, **typed))


def remove_closure(desk):
    list_closures(desk)
    desk.press(f"{calendars.CLOSURES}/{desk.newest(Closure).id}/remove")


def import_closures(desk):
    day = states.today().replace(day=1).replace(year=states.today().year + 1)
    feast = calendars.FEAST.replace(b"20260506", day.strftime("%Y%m%d").encode())
    token = page(desk.browser.get(calendars.CLOSURES)).select_one("main [name=csrf_token]")["value"]
    data = {"csrf_token": token, "file": (io.BytesIO(feast + calendars.END), "days.ics")}
    address = f"{calendars.CLOSURES}/import"
    done(desk.browser.post(address, data=data, content_type="multipart/form-data", buffered=True))


def list_periods(desk):
    shown = filled(desk.browser.get(calendars.DAYS))
    typed = {"community": "Upper village", "first": in_days(5), "reason": shown["reason"]}
    done(calendars.add(desk.browser, calendars.DAYS, **typed))


def remove_period(desk):
    list_periods(desk)
    desk.press(f"{calendars.DAYS}/{desk.newest(CommunityPeriod).id}/remove")


def retry_notice(desk):
    key = a_notice(user_id=desk.team.officer.id)
    with unit_of_work():
        desk.session.scalars(select(OutboxMessage)).one().dead_at = clock.utcnow()
    desk.press(f"/admin/delivery/{row_of(key).id}/retry")


def edit_message(desk):
    done(send(desk.browser, "/admin/messages/case_news/en", subject="Something for you"))


def restore_message(desk):
    edit_message(desk)
    done(mails.restore(desk.browser, 0))


def approve_retention(desk):
    other = states.staff((Role.ADMIN, None))
    with unit_of_work():
        run_id = retention_runs.prepare(other).id
    desk.press(f"/admin/retention/{run_id}/approve")


def decline_retention(desk):
    desk.press("/admin/retention/prepare")
    desk.press(f"/admin/retention/{desk.newest(RetentionRun).id}/decline")


# Which page leaves which entry.
WAYS: dict[str, tuple[Callable[[Desk], object], str]] = {
    "add_site": (add_site, "site_added"),
    "add_user": (add_user, "user_added"),
    "approve_retention": (approve_retention, "retention_approved"),
    "decline_retention": (decline_retention, "retention_declined"),
    "prepare_retention": (lambda desk: desk.press("/admin/retention/prepare"), "retention_prepared"),
    "edit_rules": (lambda desk: done(rules.save(desk.browser, propose_3="20")), "rules_changed"),
    "deactivate_user": (lambda desk: desk.press(f"{desk.user}/deactivate"), "user_deactivated"),
    "demand_training": (
        lambda desk: done(send(desk.browser, "/admin/sites/BOR/training", since=in_days(40))),
        "training_demanded",
    ),
    "edit_hours": (edit_hours, "hours_changed"),
    "edit_message": (edit_message, "message_changed"),
    "restore_message": (restore_message, "message_restored"),
    "edit_site": (lambda desk: done(send(desk.browser, "/admin/sites/BOR", phone="0800 9")), "site_changed"),
    "edit_user": (edit_user, "user_changed"),
    "import_closures": (import_closures, "closure_added"),
    "invite_again": (invite_again, "invitation_sent"),
    "list_closures": (list_closures, "closure_added"),
    "list_periods": (list_periods, "period_added"),
    "move_user": (move_user, "roles_changed"),
    "place_user": (lambda desk: done(send(desk.browser, f"{desk.user}/line", department="Haulage")), "line_changed"),
    "reactivate_user": (reactivate_user, "user_reactivated"),
    "record_training": (record_training, "training_recorded"),
    "remove_closure": (remove_closure, "closure_removed"),
    "remove_period": (remove_period, "period_removed"),
    "reset_password": (reset_password, "password_reset"),
    "reset_second_factor": (reset_second_factor, "second_factor_reset"),
    "retry_notice": (retry_notice, "notice_retried"),
    "set_end": (lambda desk: done(send(desk.browser, f"{desk.user}/end", last=in_days(9))), "end_changed"),
    "unlink_user": (unlink_user, "identity_unlinked"),
    "take_back_rules": (take_back_rules, "rules_taken_back"),
}


@pytest.fixture
def desk(client, session, sent_tasks):
    return Desk(client, session)


def test_every_page_that_changes_something_is_walked(app):
    changing = {
        rule.endpoint.removeprefix("admin.")
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("admin.") and "POST" in (rule.methods or ())
    }
    assert changing == set(WAYS)


@pytest.mark.parametrize("endpoint", sorted(WAYS))
def test_each_leaves_an_entry_of_who_did_it_with_before_and_after(desk, session, endpoint):
    way, kind = WAYS[endpoint]
    way(desk)
    session.rollback()
    entries = session.scalars(select(AuditEvent).where(AuditEvent.kind == kind).order_by(AuditEvent.number)).all()
    assert entries
    assert {entry.actor_id for entry in entries} == {desk.chief.id}
    assert None not in {entry.subject_id for entry in entries}
    values = json.loads(entries[-1].payload)
    assert kind in ONE_SIDED or (values["before"] and values["after"])
