"""The file to print: what stands in it for the person and for staff, in which scripts, and who may have it."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import update

from engage import clock as clocks
from engage.domain.case import Identity, Road, Writer
from engage.domain.deadlines import Promise
from engage.extensions import db
from engage.models import Message, Site
from engage.services import answers, appeals, attachments, cases, conversation, delays, pauses, proposals, triage
from engage.services.answers import SignOff
from engage.services.contact import Values
from engage.services.delays import Delay
from engage.unit_of_work import unit_of_work
from engage.web.case_file import sheet
from tests import states
from tests.paused import stop
from tests.promised import the_open
from tests.statements import statements
from tests.states import act, case_of, person_of
from tests.web.as_person import Person, a_concern, come_back
from tests.web.as_staff import sign_in
from tests.web.printed import file_of, read, text

ARABIC = "الغبار من الطريق يغطي حدائقنا، و3 آبار جفت."
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
CHINESE = "道路上的灰尘覆盖了我们的花园，三口井干涸了。"


@pytest.fixture
def team(clock, session, sent_tasks):
    return states.Team()


def spoken_in(client, code):
    with client.session_transaction() as kept:
        kept["language"] = code


def fonts_in(answer):
    fonts = [font for page in read(answer).pages for font in page["/Resources"]["/Font"].values()]
    return {font["/BaseFont"].split("+")[1] for font in fonts}


def test_a_person_keeps_what_was_said_promised_and_offered_as_a_file_with_a_quiet_name(client, team, clock):
    db.session.execute(update(Site).values(outside_avenues=[{"name": "Ombudsman", "contact": "0800 123"}]))
    db.session.commit()
    reference = states.a_proposed_case(team, "Water the road twice a day.")
    act(reference, conversation.reply, "We come on Thursday.", actor=team.officer)
    act(reference, conversation.note, "Between us alone.", actor=team.officer)
    person = come_back(client, reference)
    sign_in(client, team.coordinator).get(f"/staff/cases/{reference}")
    assert 'href="/case/print"' in client.get("/case/view").text
    answer = file_of(client)
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="engage.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"
    found = text(answer)
    for kept in (
        reference,
        "Site BOR",
        "Dust from the haul road covers our gardens.",
        "We come on Thursday.",
        "We measured the dust. It is above what we promised.",
        "Water the road twice a day.",
        "It waits for an answer until",
        "Kept on",
        "Coordinator",
        "Ombudsman",
    ):
        assert kept in found
    for hidden in ("Between us alone.", "officer", "control_failed", "substantiated"):
        assert hidden not in found
    assert len(answer.data) < 100_000
    assert person.page()  # the case is open still


def test_the_file_says_what_it_is_in_which_language_and_where_its_chapters_begin(client, team):
    reference = states.a_proposed_case(team, "Water the road.")
    come_back(client, reference)
    found = read(file_of(client))
    assert found.metadata.title == f"Case {reference}"
    assert found.trailer["/Root"]["/Lang"] == "en"
    assert found.trailer["/Root"]["/ViewerPreferences"]["/DisplayDocTitle"]
    titles = [one.title for one in found.outline]
    assert titles[:3] == ["The case", "What was said", "What was promised"]
    assert titles[-2:] == ["Who has seen this", "Other places to turn to"]


def test_nothing_of_who_the_person_is_and_no_name_of_a_file_lies_on_paper(client, team):
    reach = Values(name="Jovana", email="jovana@example.org")
    received = a_concern(team.site_id, identity=Identity.NAMED, road=Road.DIRECT, reach=reach)
    case_id = case_of(received.reference).id
    with unit_of_work():
        checked = attachments.check(io.BytesIO(PDF), "my house.pdf")
        attachments.add_all(
            cases.lock_own(case_id), [checked], actor=person_of(received.reference), writer=Writer.PERSON
        )
    Person(client, received.code)
    found = text(file_of(client))
    assert "File 1, 1 kB" in found
    for hidden in ("Jovana", "jovana@example.org", "my house"):
        assert hidden not in found


def test_what_became_of_each_promise_stands_there_with_pauses_and_new_dates(client, team, clock):
    reference = states.an_assessed_case(team)
    stop(reference, clock, team.officer, days=6)
    clock.advance(timedelta(days=7))
    pauses.end_due()
    first = the_open(reference, Promise.PROPOSE)
    act(reference, delays.extend, first.id, "Slow.", first.due_at + timedelta(days=3), actor=team.officer)
    clock.move_to(first.due_at + timedelta(days=4))
    second = the_open(reference, Promise.PROPOSE)
    late = Delay("We took samples.", "The laboratory is slow.")
    act(reference, delays.tell_delay, second.id, late, clock.now + timedelta(days=3), actor=team.officer)
    come_back(client, reference)
    found = text(file_of(client))
    for said in (
        "Put off in time. We told why on",
        "Not kept. We told of the delay on",
        "It is late.",
        "The clock stood still for 6 days in all.",
        "When the clock stood still",
    ):
        assert said in found


def test_how_it_ended_and_who_decided_what_stands_there(client, team):
    reference = states.an_appealed_case(team)
    states.seat(reference, team.panel, by=team.coordinator)
    come_back(client, reference)
    assert "The panel has not decided." in text(file_of(client))
    act(reference, appeals.decide, "upheld", "The road was not watered.", actor=team.panel, to_proposal=False)
    act(
        reference,
        appeals.refer,
        "The Ombudsman",
        appeals.Terms("Agreed by phone.", True, why_other="They asked."),
        actor=team.coordinator,
    )
    act(reference, appeals.report, "partly_upheld", "Pave it.", actor=team.coordinator, to_proposal=False)
    found = text(file_of(client))
    for said in (
        "You, Monday 2 March refused",
        "The panel agrees with the person. The road was not watered.",
        "What it finds binds the company.",
        "It agrees in part. Pave it.",
        "Resolved by an outside body",
        "You can still appeal, or open it again.",
    ):
        assert said in found


def test_a_remedy_stands_there_with_what_was_done_and_what_the_person_says_of_it(client, team):
    come_back(client, states.a_closed_case(team))
    found = text(file_of(client))
    assert "1. Repair Water the road. (by" in found
    assert "Photo of the water truck." in found
    assert "Confirmed as put right" in found
    assert "Agreed, and put right" in found


def test_a_concern_that_was_screened_out_says_why_and_where_to_turn(client, team):
    reference = states.an_acknowledged_case(team, what_happened="")
    act(reference, triage.ask_screen_out, "not_connected", "It is a farm.", "The municipality", actor=team.coordinator)
    act(reference, triage.decide_screen_out, approve=True, actor=team.second_coordinator)
    come_back(client, reference)
    found = text(file_of(client))
    assert "Sent without words." in found
    assert "It is a farm. You can turn to: The municipality" in found


def test_a_proposal_that_a_new_one_overtook_was_not_answered(client, team):
    reference = states.a_proposed_case(team, "Water the road.")
    act(reference, answers.counter, sign_off=SignOff(words="Pave it."), actor=person_of(reference))
    act(reference, proposals.propose, states.offer("Pave it."), actor=team.officer)
    act(reference, answers.withdraw, actor=person_of(reference))
    come_back(client, reference)
    found = text(file_of(client))
    assert "You, Monday 2 March asked for a change" in found
    assert "It was not answered." in found


def test_arabic_and_chinese_words_bring_their_fonts_and_no_others_do(client, team):
    plain = a_concern(team.site_id)
    Person(client, plain.code)
    assert fonts_in(file_of(client)) == {"NotoSans"}
    received = a_concern(team.site_id, what_happened=f"{ARABIC}\n{CHINESE} {plain.reference}")
    Person(client, received.code)
    answer = file_of(client)
    assert fonts_in(answer) == {"NotoSans", "NotoSansArabic", "NotoSansSC"}
    assert len(answer.data) < 100_000
    assert "灰尘覆盖了我们的花园" in text(answer)
    assert plain.reference in text(answer)


def test_in_a_language_that_runs_right_to_left_every_heading_stands_at_the_right(client, team):
    reference = states.a_proposed_case(team, "Water the road.")
    come_back(client, reference)
    ends = {}
    for code in ("en", "ar@pseudo"):
        spoken_in(client, code)
        found = read(file_of(client))
        starts = []
        found.pages[0].extract_text(visitor_text=lambda said, cm, tm, font, size, at=starts: at.append(tm[4]))
        ends[code] = (found.trailer["/Root"]["/Lang"], min(start for start in starts if start))
    assert ends["en"][0], ends["en"][1] == ("en", pytest.approx(51, abs=1))
    assert ends["ar@pseudo"][0] == "ar-x-pseudo"
    assert ends["ar@pseudo"][1] > 51


@pytest.mark.parametrize(
    "typed",
    ["\U0001f600\u200d\U0001f33e", "\ud800", "ᠮᠣᠩᠭᠣᠯ", "\x00\x1b", "\u202e abc \u2066", "ক্ষ", "a\u0300\u0301\u0302"],
)
def test_what_no_font_has_leaves_a_sign_and_spoils_nothing(client, team, typed):
    words = typed.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "")
    received = a_concern(team.site_id, what_happened=f"before {words} after")
    Person(client, received.code)
    found = text(file_of(client))
    assert "before" in found
    assert "after" in found


@pytest.mark.slow
def test_a_case_with_a_thousand_messages_fits_on_some_hundred_pages(client, team):
    reference = states.an_assessed_case(team)
    case_id = case_of(reference).id
    told = "The dust came again and the wells are dry, we want to know when you come. " * 13
    with unit_of_work():
        db.session.add_all(
            Message(
                case_id=case_id,
                writer=Writer.STAFF if number % 2 else Writer.PERSON,
                salt="salt",
                words=f"Number {number}. {told}",
                written_at=clocks.utcnow() + timedelta(seconds=number),
            )
            for number in range(1000)
        )
    come_back(client, reference)
    answer = file_of(client)
    pages = read(answer).pages
    assert len(told) * 1000 > 950_000
    assert 200 < len(pages) < 500
    assert any("Number 999." in page.extract_text() for page in pages[-8:])
    assert len(answer.data) < 1_500_000


def test_it_takes_as_many_statements_for_much_as_for_little(client, team):
    few, many = states.a_proposed_case(team, "Water it."), states.a_proposed_case(team, "Water it.", "Pave it.")
    for number in range(20):
        act(many, conversation.reply, f"Message {number}.", actor=team.officer)
    counts = []
    for reference in (few, many):
        come_back(client, reference)
        with statements() as sent:
            file_of(client)
        counts.append(len(sent))
    assert counts[0] == counts[1]


def test_a_stranger_is_asked_for_the_code(client, team):
    answer = client.get("/case/print")
    assert answer.status_code == 303
    assert answer.location == "/case"


def test_making_the_file_writes_no_letter_of_it_into_the_log(client, team, caplog):
    Person(client, a_concern(team.site_id).code)
    caplog.clear()
    file_of(client)
    assert not [row for row in caplog.records if row.name.startswith(("fontTools", "fpdf"))]


def test_without_fonts_the_log_says_what_to_do(tmp_path):
    with pytest.raises(sheet.FontsMissing, match="make build"):
        sheet.covered(tmp_path)
