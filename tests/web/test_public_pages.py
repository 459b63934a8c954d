"""The pages to read, the language of all pages, and leaving them."""

import pytest
from sqlalchemy import select

from engage.extensions import db
from engage.models import RuleSet
from engage.services import sites
from engage.unit_of_work import unit_of_work
from tests.browsing import visit
from tests.states import a_site

pytestmark = pytest.mark.usefixtures("session")

PAGES = ["", "how-it-works", "help", "outside-avenues", "raise"]
OTHERS = ["/sites", "/accessibility", "/privacy", "/leave", "/transparency/checkpoints", "/transparency/receipt"]


@pytest.mark.parametrize("path", [f"/{page}" for page in PAGES] + OTHERS)
@pytest.mark.parametrize("language", ["en", "ar@pseudo"])
def test_every_page_opens_in_every_language_on_an_empty_database(client, path, language):
    client.get("/language", query_string={"language": language})
    assert visit(client, path).status == 200


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_for_a_site_and_not_for_one_that_we_do_not_have(client, page):
    a_site("BOR")
    assert visit(client, f"/s/BOR/{page}").status == 200
    assert visit(client, f"/s/XXX/{page}").status == 404


def test_the_group_intake_and_a_closed_site_are_no_sites_to_choose(client):
    a_site("BOR")
    a_site("OLD", is_open=False)
    with unit_of_work():
        sites.ensure_group_intake()
    page = visit(client, "/sites")
    assert "Site BOR" in page.words
    assert "Site OLD" not in page.words
    assert "Group intake" not in page.words
    for code in ("OLD", sites.GROUP_CODE):
        assert visit(client, f"/s/{code}/raise").status == 404


def test_the_first_page_shows_the_figures_in_force_at_the_site(client):
    with_other_figures()
    words = visit(client, "/s/BOR/").words
    assert "7 days until we confirm" in words
    assert "21 days until we propose" in words
    assert "2 days until we confirm" in visit(client, "/").words


def test_how_it_works_shows_the_rules_that_the_workers_use(client):
    with_other_figures()
    words = visit(client, "/s/BOR/how-it-works").words
    assert "We offer you a way to put it right 30 days 30 days 21 days 45 days 60 days" in words
    assert "within 30 days after it is closed" in words
    for said in ("It costs nothing", "Nobody may punish you", "You give up no rights", "to be agreed with communities"):
        assert said in words


def with_other_figures() -> None:
    site_id = a_site("BOR")
    with unit_of_work():
        row = db.session.scalars(select(RuleSet).where(RuleSet.site_id == site_id)).one()
        promises = {**row.promises["promises"]}
        promises["acknowledge"] = {**promises["acknowledge"], "3": {"days": 7}}
        promises["propose"] = {**promises["propose"], "3": {"days": 21}}
        documents = {name: getattr(row, name) for name in ("ladder", "pauses", "taxonomy", "severity")}
        db.session.add(
            RuleSet(
                site_id=site_id,
                version=2,
                effective_at=row.effective_at,
                promises={**row.promises, "version": 2, "promises": promises},
                **documents,
            )
        )


def test_help_and_other_places_come_from_the_data_of_the_site(client):
    a_site(
        "BOR",
        phone="0800 1",
        phone_hours="7-19 h",
        help_services=[
            {"name": "Women's line", "phone": "0800 222", "hours": "day and night", "for": "violence"},
            {"name": "Children's line", "phone": "0800 333", "for": "children"},
        ],
        outside_avenues=[{"name": "Ombudsman", "contact": "0800 444"}],
    )
    helped = visit(client, "/s/BOR/help").words
    assert "Women's line" in helped
    assert helped.index("Children's line") > helped.index("Children ")
    assert "0800 444" in visit(client, "/s/BOR/outside-avenues").words
    assert "0800 444" in visit(client, "/s/BOR/how-it-works").words
    assert "0800 1 , 7-19 h" in visit(client, "/s/BOR/").words  # the number stands in an element of its own
    assert "0800 222 (day and night)" in visit(client, "/s/BOR/").words


def test_the_language_is_kept_and_turns_the_page_around(client):
    page = visit(client, "/language?language=ar@pseudo&back=/raise")
    assert page.root.get("dir") == "rtl"
    assert page.response.request.path == "/raise"
    assert visit(client, "/language?language=en&back=/raise").root.get("dir") == "ltr"
    assert visit(client, "/language?language=xx&back=/raise").root.get("dir") == "ltr"


@pytest.mark.parametrize(
    "back", ["https://elsewhere.test/", "//elsewhere.test", "/\\elsewhere.test", "\\\\e.test", "", "raise", "//["]
)
def test_changing_the_language_leads_nowhere_else(client, back):
    assert client.get("/language", query_string={"language": "en", "back": back}).location == "/"


def test_leaving_forgets_everything_and_says_nothing(client):
    visit(client, "/raise").submit(client, what_happened="Dust.", send="later")
    page = visit(client, "/leave")
    assert page.response.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert "engage" not in page.response.get_data(as_text=True)
    assert client.get_cookie("__Secure-draft", path="/raise") is None
    assert client.get_cookie("__Host-engage") is None
    assert visit(client, "/raise").fields()["what_happened"] == ""
