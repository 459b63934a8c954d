"""Pages of delivery that no journey passes, on a phone and on a laptop, in both directions: no barrier, nothing cut."""

import time

import pytest

from engage import create_app
from engage.domain.received_mail import MailRoad
from engage.services.inbound import receiving
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


def test_what_administrators_see_of_delivery(staff):
    look(staff("admin.all"), "/admin/delivery")
