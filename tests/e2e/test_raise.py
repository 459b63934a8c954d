"""Raising a concern in a real browser: without scripts, by keyboard, from right to left, on a phone, twice."""

import re

import pytest

DUST = "Dust from the haul road covers our gardens."
CODE = re.compile(r"^([0-9A-HJKMNP-TV-Z]{4}-?\s*){4}$")


def code_on(page) -> str:
    return page.locator(".app-code").first.inner_text()


def say_what_happened(page) -> None:
    page.goto("/raise")
    page.locator("#what_happened").fill(DUST)


def test_one_field_without_scripts_gets_a_code(page_without_scripts, axe):
    say_what_happened(page_without_scripts)
    page_without_scripts.get_by_role("button", name="Send now").click()
    assert CODE.match(code_on(page_without_scripts))


def test_the_whole_form_by_keyboard_alone(page, axe):
    page.goto("/raise")
    axe(page)
    tab_to(page, "#what_happened")
    page.keyboard.type(DUST)
    tab_to(page, "button[value=later]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/raise/where")
    axe(page)
    tab_to(page, "#where_it_happened")
    page.keyboard.type("Ostrelj")
    page.keyboard.press("Enter")
    page.wait_for_url("**/raise/who")
    axe(page)
    tab_to(page, "input[name=road]:checked")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    axe(page)
    tab_to(page, "input[type=email]:visible")
    page.keyboard.type("neighbour@example.org")
    tab_to(page, "button[value=later]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/raise/check")
    axe(page)
    assert "Ostrelj" in page.locator("main").inner_text()
    tab_to(page, "button[value=now]")
    page.keyboard.press("Enter")
    page.locator(".app-code").first.wait_for()
    axe(page)


def tab_to(page, selector: str) -> None:
    """Press Tab until the element has the focus, as somebody without a mouse does."""
    wanted = page.locator(selector).first
    for _ in range(60):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not get to {selector}")


def test_an_empty_form_leads_to_the_field_and_loses_nothing(page, axe):
    page.goto("/raise")
    page.get_by_role("button", name="Send now").click()
    page.get_by_role("link", name="Tell us what happened").click()
    assert page.locator("#what_happened").evaluate("element => element === document.activeElement")
    axe(page)


def test_from_right_to_left_it_works_the_same(page_right_to_left, axe, fits):
    page = page_right_to_left
    say_what_happened(page)
    axe(page)
    page.locator("button[value=now]").click()
    assert CODE.match(code_on(page))
    axe(page)
    fits(page)


@pytest.mark.parametrize(
    "path", ["/", "/raise", "/how-it-works", "/help", "/outside-avenues", "/accessibility", "/privacy"]
)
def test_every_open_page_fits_a_phone_without_barriers(phone, axe, fits, path):
    phone.goto(path)
    axe(phone)
    fits(phone)


def test_going_back_shows_what_was_typed(page):
    say_what_happened(page)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/raise/where")
    page.go_back()
    assert page.locator("#what_happened").input_value() == DUST


def test_a_double_click_on_a_slow_line_makes_one_concern(page_without_scripts):
    page = page_without_scripts
    say_what_happened(page)
    page.get_by_role("button", name="Send now").dblclick()
    page.locator(".app-code").first.wait_for()
    first = code_on(page)
    page.reload()
    assert code_on(page) == first


def test_leaving_takes_everything_out_of_the_browser(page):
    say_what_happened(page)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/raise/where")
    page.get_by_role("link", name="Leave this page").click()
    page.wait_for_url("**/leave")
    assert page.context.cookies() == []
    page.goto("/raise")
    assert page.locator("#what_happened").input_value() == ""
