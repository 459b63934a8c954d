"""The pages of one's own account, as they are seen, heard and touched."""

from tests.e2e.people import words


def test_the_pages_of_ones_own_account_have_no_barriers(staff):
    coordinator, approver = staff("coordinator.bor"), staff("approver.bor")
    for member, path in (
        (coordinator, "/account/"),
        (coordinator, "/account/second-factor"),
        (approver, "/account/"),
        (approver, "/account/second-factor"),
        (approver, "/account/second-factor/codes"),
        (approver, "/account/prove"),
    ):
        member.page.goto(path)
        member.check(member.page)


def test_a_session_elsewhere_is_ended_from_the_page_of_ones_account(staff):
    here, there = staff("liaison.bor"), staff("liaison.bor")
    here.page.goto("/account/")
    here.check(here.page)
    here.page.locator("form[action$='/end-others'] button").click()
    here.check(here.page)
    assert words(here.page).count("Chrome") == words(here.page).count("Linux") == 1
    there.page.goto("/account/")
    assert "/account/sign-in" in there.page.url
