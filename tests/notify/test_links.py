"""Addresses in mails lead to the pages they mean; the worker cannot ask the application for them."""

from urllib.parse import quote, urlsplit

import pytest

from engage.notify import links

MEANT = {
    "public.home": links.home,
    "public.enter_code": links.enter_code,
    "public.use_code_link": lambda: links.use_code_link("token"),
    "account.choose_password": lambda: links.choose_password("code"),
    "account.show_account": links.account,
    "admin.edit_user": lambda: links.person("00000000-0000-0000-0000-000000000001"),
    "account.forgot_password": links.forgot_password,
    "public.how_it_works": links.how_it_works,
    "public.stop_mails": lambda: links.stop_mails("code"),
    "public.outside_avenues": links.outside_avenues,
    "account.choose_notices": links.notice_preferences,
    "account.stop_notices": lambda: links.stop_notices("code"),
    "notifications.list_notifications": links.notifications,
    "staff.inbox": links.inbox,
    "staff.show_case": lambda: links.staff_case("BOR-26-7K3QX"),
}


@pytest.mark.parametrize("endpoint", MEANT)
def test_each_address_leads_to_its_page(app, endpoint):
    with app.app_context():
        address = MEANT[endpoint]()
    assert address.startswith("https://localhost/")
    assert app.url_map.bind("localhost").match(urlsplit(address).path, method="GET")[0] == endpoint


CODES = (links.use_code_link, links.confirm_address, links.stop_mails, links.choose_password, links.stop_notices)


@pytest.mark.parametrize("link", CODES, ids=lambda link: link.__name__)
def test_no_code_of_a_link_is_left_however_a_program_writes_it(app, link):
    with app.app_context():
        bare = link("aB3-_x=.7")
    for written in (bare, bare.upper(), quote(bare, safe=""), quote(quote(bare, safe=""), safe="")):
        left = links.without_codes(f"Open <{written}&data=1>, please.")
        assert "3-_x" not in left.replace("X", "x")
        assert left.endswith("…&data=1>, please.")


def test_addresses_without_a_code_stay_as_they_are(app):
    with app.app_context():
        words = " ".join((links.enter_code(), links.how_it_works(), links.staff_case("BOR-26-7K3QX")))
    assert links.without_codes(words) == words
