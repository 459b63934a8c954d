"""Whoever holds a report, and a focal point, at a browser without script."""

from sqlalchemy import select

from engage.extensions import db
from engage.models import LaneReport
from tests.browsing import visit
from tests.web.as_person import words
from tests.web.as_staff import page

TELL = "/s/BOR/help/tell"


def told(client, path=TELL, **typed):
    return visit(client, path).submit(client, **typed)


def only_report() -> LaneReport:
    db.session.rollback()
    return db.session.scalars(select(LaneReport)).one()


def act(browser, path, verb, **typed):
    """Open the page of a report, and send the form that goes to the verb."""
    opened = browser.get(path)
    assert opened.status_code == 200, opened.status
    form = next(one for one in page(opened).select("main form") if one["action"].endswith(f"/{verb}"))
    hidden = {one["name"]: one["value"] for one in form.select("input[type=hidden]") if one.get("value")}
    return browser.post(f"{path}/{verb}", data={**hidden, **typed})


def decide(person, step):
    fields = person.fields("/case/view", "/case/decide")
    answer = person.client.post("/case/decide", data={**fields, "step": step})
    assert answer.status_code == 303, words(answer)
