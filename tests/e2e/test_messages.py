"""What mails say, on the pages of administrators: seen, heard, and followed by a preview while it is typed."""

import pytest

from tests.e2e.conftest import LAPTOP, PHONE


@pytest.fixture
def admin(staff):
    return staff("admin.all")


def test_the_pages_of_messages_have_no_barriers(admin):
    for path in ("", "/case_acknowledged/en", "/case_acknowledged/ar@pseudo", "/password_link/en"):
        for size in (LAPTOP, PHONE):
            admin.page.set_viewport_size(size)
            admin.page.goto(f"/admin/messages{path}")
            admin.check(admin.page)


def test_the_preview_follows_what_is_typed(admin):
    page = admin.page
    page.goto("/admin/messages/case_news/en")
    page.locator("textarea[name=body]").fill("Dear neighbour,\n\nlook:\n{{ link }}")
    page.locator(".app-mail-phone", has_text="Dear neighbour").first.wait_for()
    page.locator(".app-mail a", has_text="look").first.wait_for()
    page.locator("textarea[name=body]").fill("Dear {{ name }}")
    page.locator("[data-live=owed] .app-owed__missing").first.wait_for()
    page.locator("[data-live=preview]", has_text="{{ name }}").wait_for()
    admin.check(page)
    assert page.locator("textarea[name=body]").input_value() == "Dear {{ name }}"
