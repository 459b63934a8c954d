"""A passkey in a real browser, with a device that Chromium plays: added, used alone, used after the password."""

import re

import pytest

from tests.e2e.live import Live
from tests.e2e.people import Staff

INBOX = re.compile("/staff/$")
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """The service under a name: browsers give no passkey to an address in figures."""
    service = Live(tmp_path_factory.mktemp("named"))
    named = service.environment["ENGAGE_PUBLIC_URL"] = f"http://localhost:{service.port}"
    service.start()
    service.url = named
    yield service
    service.stop()


@pytest.fixture(scope="module")
def base_url(live):
    return live.url


def plug_in(member: Staff) -> None:
    """Give the browser a device that unlocks by itself."""
    session = member.page.context.new_cdp_session(member.page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})


def sign_out(member: Staff) -> None:
    member.page.locator("form[action='/account/sign-out']").evaluate("form => form.requestSubmit()")
    member.page.wait_for_url(re.compile("/account/sign-in"))


def test_a_device_is_added_and_opens_the_door_alone_and_after_the_password(staff, live, axe):
    member = staff("coordinator.bor")
    plug_in(member)
    page = member.page
    page.goto("/account/passkeys/add")
    member.check(page)
    page.locator("input[name=name]").fill("the device of the test")
    page.locator("button[data-passkey=add]").click()
    page.wait_for_url(re.compile("/account/$"))
    assert "the device of the test" in page.locator("main").inner_text()
    member.check(page)

    sign_out(member)
    page.locator("button[data-passkey=sign_in]").click()
    page.wait_for_url(INBOX)

    sign_out(member)
    found = re.search(r"coordinator\.bor@\S+\s+\S+", live.said()).group(0).split()
    page.locator("input[type=email]").fill(found[0])
    page.locator("input[name=password]").fill(found[1])
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(re.compile("/sign-in/code"))
    axe(page)  # signing out forgets the language, so its direction is not that of the test
    page.locator("button[data-passkey=prove]").click()
    page.wait_for_url(INBOX)

    page.goto("/account/")
    page.locator("a[href$='/remove']").click()
    axe(page)
    page.locator("main form button").click()
    page.wait_for_url(re.compile("/account/$"))
    assert "the device of the test" not in page.locator("main").inner_text()


def test_a_device_that_nobody_added_opens_nothing_and_the_page_says_so(staff):
    member = staff("officer.bor")
    plug_in(member)
    sign_out(member)
    member.page.locator("button[data-passkey=sign_in]").click()
    failed = member.page.locator("[data-passkey-failed]")
    failed.wait_for(state="visible")
    assert failed.inner_text().strip()
    assert "/account/sign-in" in member.page.url


def test_the_code_of_a_link_is_put_into_its_box_and_out_of_the_address(page, axe):
    page.goto("/account/choose-password#7K3Q-7K3Q-7K3Q-7K3Q")
    page.wait_for_function("location.hash === ''")
    assert page.locator("input[name=code]").input_value() == "7K3Q-7K3Q-7K3Q-7K3Q"
    axe(page)
    page.goto("/account/forgot-password")
    axe(page)
