"""Pages of delivery that no journey passes, on a phone and on a laptop, in both directions: no barrier, nothing cut."""

import time

import pytest
from sqlalchemy import select, update

from engage import clock, create_app
from engage.domain.received_mail import MailRoad
from engage.extensions import db
from engage.models import OutboxMessage
from engage.services.inbound import receiving
from engage.unit_of_work import unit_of_work
from tests.e2e.conftest import LAPTOP, PHONE
from tests.inbound.mails import a_mail

LONG = "averyveryverylongword" * 5


@pytest.fixture(scope="module")
def mails(live):
    """Mails that wait to be sorted: an ordinary one, and one whose subject is one word."""
    app = create_app(live.settings)
    with app.app_context():
        for subject in ("Water", LONG):
            receiving.receive(a_mail("The well smells of diesel.", subject=subject), MailRoad.PIPE, ["x@engage.test"])


def look(one, *paths):
    for path in paths:
        for size in (LAPTOP, PHONE):
            one.page.set_viewport_size(size)
            one.page.goto(path)
            assert one.page.locator("h1").count() == 1, one.page.url
            one.check(one.page)


def test_where_somebody_without_a_name_chooses_how_they_are_reached(person):
    person.raise_concern("Dust.")
    person.come_back()
    look(person, "/case/ways", "/case/notices", "/case/contact")


def test_where_somebody_with_an_address_chooses_how_they_are_reached(person):
    person.raise_slowly("Dust.", identity="named", name="Neighbour", road="direct", email="neighbour@example.org")
    person.come_back()
    look(person, "/case/ways", "/case/notices", "/case/contact")
    person.page.locator("main a[href='/case/ways']").click()
    person.page.locator("main [name=quiet_from]").select_option("22:00")
    person.page.locator("main form button").first.click()
    person.page.locator(".govuk-error-summary").wait_for()
    person.check(person.page)


def test_mail_to_sort(staff, mails):
    coordinator = staff("coordinator.all")
    page = coordinator.page
    page.goto("/staff/mail")
    for _ in range(30):  # until the worker read them
        if page.locator(".app-cases__title", has_text=LONG[:20]).count():
            break
        time.sleep(1)
        page.reload()
    look(coordinator, "/staff/mail")
    page.locator(".app-cases__title", has_text=LONG[:20]).click()
    coordinator.check(page)
    assert not page.locator("main [name=why]").first.is_visible()
    page.locator("main [name=decision][value=not_ours]").check()
    assert page.locator("main [name=why]").first.is_visible()
    coordinator.check(page)
    page.locator("main form button").first.click()
    page.locator(".govuk-error-summary").wait_for()
    coordinator.check(page)


def test_the_console_in_each_state_the_board_and_what_comes_by_mail(staff):
    states = ("waiting", "claimed", "sent", "bounced", "dead", "replaced")
    coordinator = staff("coordinator.all")
    look(
        coordinator,
        *(f"/staff/delivery?state={state}" for state in states),
        "/staff/board",
        "/staff/notifications/",
        "/account/notices",
    )
    for state in states:
        coordinator.page.goto(f"/staff/delivery?state={state}")
        if (first := coordinator.page.locator(".app-cases tbody th a")).count():
            address = first.first.get_attribute("href")
            assert address
            look(coordinator, address)


@pytest.fixture
def given_up(live):
    """A notice that was given up after an error of one word; afterwards it is as it was."""
    app = create_app(live.settings)
    with app.app_context():
        row_id, sent_at = db.session.execute(
            select(OutboxMessage.id, OutboxMessage.sent_at).where(OutboxMessage.sent_at.is_not(None)).limit(1)
        ).one()
        change = update(OutboxMessage).where(OutboxMessage.id == row_id)
        for values in (
            {"sent_at": None, "dead_at": clock.utcnow(), "last_error": LONG},
            {"sent_at": sent_at, "dead_at": None, "last_error": None},
        ):
            with unit_of_work():
                db.session.execute(change.values(**values))
            if values["dead_at"]:
                yield row_id


def test_what_administrators_see_of_delivery_on_a_phone_can_be_read_and_tried_again(staff, given_up):
    admin = staff("admin.all")
    look(admin, "/admin/delivery")
    row = admin.page.locator(".app-cases tbody tr", has_text=str(given_up))
    for box in (one.bounding_box() for one in row.locator("td, th, button").all()):
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]
    widths = [one.bounding_box()["width"] for one in row.locator("th, .app-cases__words").all()]
    assert min(widths) > PHONE["width"] / 2
