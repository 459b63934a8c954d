"""Whatever is sent to the form is answered clearly: nothing is lost, nothing leaks, nobody is turned away."""

import pytest
from sqlalchemy import func, select

from engage.extensions import db, limiter
from engage.models import Attachment, Case, Statement
from engage.web import limits
from tests.browsing import seen, upload, visit

pytestmark = pytest.mark.usefixtures("session", "sent_tasks")

DUST = "Dust from the haul road covers our gardens."


def cases() -> int:
    return db.session.scalar(select(func.count()).select_from(Case))


def stated() -> str:
    return db.session.scalars(select(Statement.what_happened)).one()


@pytest.mark.parametrize("words", ["", "   \n\t ", "\x00\x00"])
def test_an_empty_form_is_asked_for_words_or_a_recording(client, words):
    page = visit(client, "/raise").submit(client, what_happened=words, send="now")
    assert page.status == 422
    assert page.errors == {"what_happened": "Tell us what happened, or add a recording or a photo."}
    assert "Error:" in page.response.get_data(as_text=True).split("</title>")[0]


def test_a_megabyte_of_text_comes_back_with_the_limit(client):
    words = "dust " * 200_000
    page = visit(client, "/raise").submit(client, what_happened=words, send="now")
    assert page.status == 422
    assert "20000 characters" in page.errors["what_happened"]
    assert page.fields()["what_happened"] == words.strip()


def test_text_beyond_every_limit_is_refused_with_a_page(client):
    page = visit(client, "/raise").submit(client, what_happened="d" * (5 * 1024 * 1024), send="now")
    assert (page.status, page.heading) == (413, "That was too big to send")


@pytest.mark.parametrize(
    "words",
    [
        "الغبار من الطريق يغطي حدائقنا 🌾",
        "<script>alert(1)</script>",
        "{{ 7 * 7 }} %(name)s %s {0}",
        '\'; DROP TABLE "case"; --',
        "‮reversed",
        "💧" * 500,
    ],
)
def test_words_of_every_kind_arrive_as_they_were_written(client, words):
    page = visit(client, "/raise").submit(client, what_happened=words, send="later")
    assert visit(client, "/raise").fields()["what_happened"] == words
    page.submit(client, where_it_happened=words, send="now")
    assert stated() == words


def test_signs_that_no_database_takes_are_left_out_of_every_field(client):
    typed = {
        name: "du\x00st\x07" for name in ("what_happened", "where_it_happened", "organisation", "name", "facilitator")
    }
    assert visit(client, "/raise").submit(client, send="now", road="facilitator", **typed).code
    assert stated() == "dust"


def test_line_breaks_are_kept(client):
    visit(client, "/raise").submit(client, what_happened="dust\r\n\r\nand noise", send="now")
    assert stated() == "dust\n\nand noise"


@pytest.mark.parametrize("token", [None, "", "x", "A" * 32, "g" * 32, "0" * 33, "\x00" * 32, "a" * 31 + "é"])
def test_a_wrong_token_gets_a_fresh_one_and_keeps_what_was_typed(client, token):
    page = visit(client, "/raise").submit(client, what_happened=DUST, token=token, send="now")
    assert page.status == 422
    assert "Nothing was sent yet" in page.words
    assert page.submit(client, send="now").code
    assert cases() == 1


def test_a_page_that_has_grown_old_keeps_what_was_typed(client):
    form = visit(client, "/raise")
    client.delete_cookie("__Host-engage")
    page = form.submit(client, what_happened=DUST, send="now")
    assert page.status == 422
    assert page.fields()["what_happened"] == DUST
    assert page.submit(client, send="now").code
    assert cases() == 1


def test_a_browser_without_cookies_can_speak_up_all_the_same(client):
    form = visit(client, "/raise")
    client.delete_cookie("__Host-engage")
    data = {**form.fields(), "what_happened": DUST, "send": "now"}
    assert client.post("/raise", data=data, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200


def test_another_site_cannot_make_a_browser_send_a_concern(client):
    data = {"token": "0" * 32, "what_happened": DUST, "send": "now"}
    assert client.post("/raise", data=data, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 422
    assert cases() == 0


@pytest.mark.parametrize("field", ["kind", "site", "speaks_as", "identity", "road"])
def test_a_choice_that_was_never_offered_is_said_and_nothing_is_lost(client, field):
    page = visit(client, "/raise").submit(client, what_happened=DUST, send="now", **{field: "nothing we offer"})
    assert page.status == 422
    assert field in page.errors
    assert visit(client, "/raise").fields()["what_happened"] == DUST


@pytest.mark.parametrize("field", ["what_happened", "where_it_happened", "what_would_make_it_right", "name", "email"])
def test_what_is_too_long_is_said_beside_its_field(client, field):
    typed = {"what_happened": DUST, "road": "relay", field: "d" * 30_000}
    page = visit(client, "/raise").submit(client, send="now", **typed)
    assert page.status == 422
    assert field in page.errors


def test_files_that_cannot_be_taken_are_named_and_the_rest_is_kept(client):
    files = [upload(b"MZ\x90\x00 a program\x00", "garden.jpg"), upload(b"a list of plots", "plots.txt")]
    page = visit(client, "/raise").submit(client, what_happened=DUST, files=files, send="now")
    assert page.status == 422
    assert "garden.jpg" in page.errors["files"]
    assert "plots.txt" in page.words
    assert page.fields()["what_happened"] == DUST
    assert page.submit(client, send="now").code
    assert db.session.scalars(select(Attachment.name)).all() == ["plots.txt"]


def test_a_file_that_is_too_big_is_named(client, change_settings):
    change_settings(FILE_MAX_BYTES=1024 * 1024)
    big = upload(b"a" * (1024 * 1024 + 1), "long.txt")
    answer = client.post(
        "/raise", data={**visit(client, "/raise").fields(), "files": big, "send": "now"}, buffered=True
    )
    answer.request.input_stream.close()  # the test client leaves the large body open
    assert "long.txt" in seen(answer).errors["files"]
    assert "1 MB" in seen(answer).errors["files"]


def test_files_beyond_the_most_are_left_out_by_name(client):
    files = [upload(f"paper {number}".encode(), f"{number}.txt") for number in range(12)]
    page = visit(client, "/raise").submit(client, what_happened=DUST, files=files, send="now")
    assert page.status == 422
    assert "10.txt" in page.words
    assert "11.txt" in page.words
    page.submit(client, send="now")
    assert db.session.scalar(select(func.count()).select_from(Attachment)) == 10


def test_what_comes_too_fast_is_marked_and_never_turned_away(client):
    form = visit(client, "/raise").fields()
    for number in range(limits.CONCERNS.amount + 1):
        data = {**form, "token": f"{number:032x}", "what_happened": f"Dust {number}", "send": "now"}
        assert client.post("/raise", data=data).status_code == 200
    assert db.session.scalar(select(func.count()).where(Case.flagged)) == 1


def test_a_limit_store_that_is_down_turns_nobody_away(client, monkeypatch):
    monkeypatch.setattr(limiter.storage, "get", lambda key: 1 / 0)
    assert visit(client, "/raise").submit(client, what_happened=DUST, send="now").code
    assert not db.session.scalars(select(Case.flagged)).one()


def test_the_store_of_the_limits_holds_no_address(client):
    visit(client, "/raise").submit(client, what_happened=DUST, send="now")
    assert "127.0.0.1" not in str(vars(limiter.storage))


def test_a_program_that_fills_in_the_hidden_line_is_marked(client):
    assert visit(client, "/raise").submit(client, what_happened=DUST, website="spam", send="now").code
    assert db.session.scalars(select(Case.flagged)).one()


@pytest.mark.parametrize("path", ["/raise", "/raise/where", "/raise/who", "/raise/check", "/raise/discard"])
@pytest.mark.parametrize(
    "data", [{}, {"send": "now"}, {"send": "later"}, {"remove": "../../secret.key"}, {"token": "x"}]
)
def test_nothing_sent_by_itself_is_an_error_of_ours(client, path, data):
    assert client.post(path, data=data).status_code in (303, 422)
    assert cases() == 0


def test_a_body_that_is_no_form_is_answered_with_the_form(client):
    assert client.post("/raise", data=b'{"what_happened": 1}', content_type="application/json").status_code == 422
    broken = client.post("/raise", data=b"--x\r\nbroken", content_type="multipart/form-data; boundary=x")
    assert broken.status_code in (400, 422)
