"""Every page in the pseudo-language: what still reads as English was written into the code.

The demonstration's sixty cases bring every stage onto the pages. What people wrote and named stays as they wrote it,
so it is taken out of a page before looking.
"""

import re
import tomllib
from datetime import date
from html.parser import HTMLParser
from zoneinfo import available_timezones

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import String, select

from engage import clock
from engage.cli.languages import write_all
from engage.domain.masking import masked
from engage.extensions import db
from engage.models import Case, Receipt, Site, StaffUser
from engage.notify import messages
from engage.queries.calendars import public_holidays
from engage.services import demo
from engage.services.demo.people import FOLDER
from engage.unit_of_work import unit_of_work
from tests.web.as_staff import sign_in

pytestmark = pytest.mark.slow

PSEUDO = "ar@pseudo"
# Two words in a row, or one in small letters that is no part of an address: a code that was given no label.
ENGLISH = re.compile(r"[A-Za-z][a-z’']+(?:[ ,;:-]+[A-Za-z][a-z’']+)+|(?<![\w@./-])(?!engage\b)[a-z_]{3,}(?![\w@./-])")
LEFT_TO_RIGHT = re.compile(r"\b[A-Z]{3}-\d\d-[0-9A-Z]{5}\b|[\w.+-]+@[\w-]+\.[\w.]+|\+?\d{3,}(?: \d{3})+|\+\d{8,}")
HEARD = {"title", "alt", "aria-label", "placeholder", "data-sending"}
LINK = re.compile(r'href="(/[^"#]*)')
# Codes of what staff see of one case are as many as its actions; more than these pages show nothing new.
STAFF = ("coordinator.bor", "officer.bor", "approver.all", "focal.all", "auditor.all", "liaison.kol", "admin.all")
NOT_FOLLOWED = re.compile(
    r"^/(static|leave|language|dev|health|metrics|account/sign-out|staff/files|case/files|case/print)|download|/file$|\?"
)
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # of a notice, as operators see it


class Seen(HTMLParser):
    """What a person sees or hears of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag, attrs):
        self._hidden += tag in ("script", "style")
        self.texts += [value for name, value in attrs if name in HEARD and value]
        found = dict(attrs)
        if tag == "input" and found.get("type") == "submit":
            self.texts.append(found.get("value") or "")

    def handle_endtag(self, tag):
        self._hidden -= tag in ("script", "style")

    def handle_data(self, data):
        if not self._hidden:
            self.texts.append(data)


def strings_in(value):
    """Yield every text of a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings_in(inner)


def own_words() -> list[str]:
    """Return whatever people wrote or named in the database, the longest first; and as an auditor reads it, masked."""
    found: set[str] = set()
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, String):
                found |= {value for value in db.session.scalars(select(column).distinct()) if value}
    told = [tomllib.loads(path.read_text("utf-8")) for path in FOLDER.glob("*.toml")]
    found |= set(strings_in(told))
    for country in db.session.scalars(select(Site.country).distinct()):
        days = public_holidays(country, "")
        for year in range(clock.utcnow().year - 1, clock.utcnow().year + 3):
            days.get(date(year, 1, 1))  # a year is filled in when it is asked for
        found |= set(days.values())
    names = {
        story["organisation"] for document in told for story in document.get("stories", ()) if "organisation" in story
    }
    found |= {masked(value, [name]) for name in names for value in found}
    db.session.rollback()
    worded = {" ".join(value.split()) for value in found if " " in value}
    # What mails are called, and their subjects in the language in which they are written.
    mails = set(messages.table().messages)
    mails |= {messages.shipped(code, "en").subject for code in mails}
    return sorted(worded | available_timezones() | mails, key=len, reverse=True)


def english_in(page: str, words: list[str]) -> list[str]:
    seen = Seen()
    seen.feed(page)
    text = "\n".join(" ".join(one.split()) for one in seen.texts if one.strip())
    text = ID.sub("·", text)
    for value in words:
        text = text.replace(value, "·")
    return [run for line in text.splitlines() for run in ENGLISH.findall(line)]


def reversed_in(page: str) -> list[str]:
    """Return references, mail addresses and numbers that right-to-left text around them would turn or tear apart."""
    body = BeautifulSoup(page, "html.parser").find("main")
    return [
        found
        for text in body.find_all(string=LEFT_TO_RIGHT)
        if not any(one.name == "bdi" or one.get("dir") in ("ltr", "auto") for one in text.parents)
        for found in LEFT_TO_RIGHT.findall(text)
    ]


def crawl(client, starts, words, *, under, most):
    """Return what reads as English or is turned on the pages, by address, and how many pages were looked at."""
    waiting, known, found = list(starts), set(starts), {}
    while waiting and len(known) - len(waiting) < most:
        address = waiting.pop(0)
        response = client.get(address, follow_redirects=True)
        assert response.status_code < 500, address
        if response.mimetype != "text/html":
            continue
        page = response.get_data(as_text=True)
        if runs := english_in(page, words) + reversed_in(page):
            found[address] = runs
        for link in LINK.findall(page):
            if link.startswith(under) and link not in known and not NOT_FOLLOWED.search(link):
                known.add(link)
                waiting.append(link)
    return found, len(known) - len(waiting)


def speak(client):
    with client.session_transaction() as kept:
        kept["language"] = PSEUDO


@pytest.fixture
def demonstration(session, sent_tasks):
    write_all()  # texts may have changed since the last build
    with unit_of_work():
        demo.seed()
    return session


def of_every_stage(session, each=2):
    """Return the ids of some cases of every stage and kind."""
    rows = session.execute(select(Case.id, Case.reference, Case.stage, Case.kind).order_by(Case.received_at)).all()
    chosen = {}
    for row in rows:
        chosen.setdefault((row.stage, row.kind), []).append(row)
    return [row for rows in chosen.values() for row in rows[:each]]


def test_every_page_of_every_side_speaks_the_language_it_is_asked_for(demonstration, client):
    words, found, count = own_words(), {}, 0
    cases = of_every_stage(demonstration)
    users = {user.email: user.actor for user in demonstration.scalars(select(StaffUser))}
    receipts = dict(demonstration.execute(select(Receipt.case_id, Receipt.id)).all())
    demonstration.rollback()

    speak(client)
    starts = ["/", "/s/BOR/", "/sites", "/raise", "/raise/where", "/raise/who", "/raise/check", "/case", "/case/lost"]
    runs, pages = crawl(client, [*starts, "/nowhere", "/account/sign-in"], words, under="/", most=60)
    found, count = found | runs, count + pages
    for row in cases:
        with client.session_transaction() as kept:
            kept["receipt"] = str(receipts[row.id])
        runs, pages = crawl(client, ["/case/view"], words, under="/case/", most=14)
        found |= {f"{row.reference} {address}": value for address, value in runs.items()}
        count += pages

    for name in STAFF:
        browser = sign_in(client, users[f"{name}@example.org"])
        speak(browser)
        mine = [
            "/staff/",
            "/staff/take-down",
            "/account/",
            "/admin/",
            *(f"/staff/cases/{row.reference}" for row in cases),
        ]
        runs, pages = crawl(browser, mine, words, under=("/staff/", "/admin/", "/account/"), most=90)
        found |= {f"{name} {address}": value for address, value in runs.items()}
        count += pages
    assert count > 200
    listed = [f"{address}: {runs}" for address, runs in sorted(found.items())]
    assert listed == []
