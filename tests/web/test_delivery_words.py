"""Every reason that a row may hold becomes a sentence, and every message has a name."""

import pytest

from engage.domain.delivery import NoticeState, Outcome, Urgency
from engage.notify.transports.smtp import _codes
from engage.web import delivery_labels, notice_labels
from engage.web.delivery_words import Help, reason, what_you_can_do
from tests.architecture.sources import TEMPLATES


@pytest.fixture(autouse=True)
def request_context(app):
    with app.test_request_context():
        yield


@pytest.mark.parametrize(
    ("code", "said", "help_"),
    [
        ("refused 550 5.1.1", "There is no such address.", Help.MEND_ADDRESS),
        ("5.1.1", "There is no such address.", Help.MEND_ADDRESS),
        ("refused 550", "There is no such address.", Help.MEND_ADDRESS),
        ("5.1.10", "What stands behind the @ takes no mail.", Help.MEND_ADDRESS),
        ("5.2.2", "The mailbox is full.", Help.ASK_READER),
        ("deferred 452", "The mailbox is full.", Help.ASK_READER),
        ("deferred 451", "The other side does not take it right now.", Help.WAIT),
        ("deferred", "The other side does not take it right now.", Help.WAIT),
        ("refused 554", "The other side will not take it.", Help.MEND_ADDRESS),
        ("4.9.9", "The other side does not take it right now.", Help.WAIT),
        ("5.9.9", "The other side will not take it.", Help.MEND_ADDRESS),
        ("deferred 550 5.7.1", "The other side takes no mail from us, or takes it for advertising.", Help.OPERATOR),
        ("5.4.7", "It was under way too long, and was given up.", Help.MEND_ADDRESS),
        ("5.4.4", "The mail system on the other side does not answer.", Help.WAIT),
        ("down ConnectionRefusedError", "Our mail server could not be reached.", Help.WAIT),
        ("down 421 4.3.2", "Our mail server broke off.", Help.WAIT),
        ("down midway TimeoutError", "Our mail server broke off.", Help.WAIT),
        ("down 535 5.7.8", "Our mail server does not let us in.", Help.OPERATOR),
        ("down 550", "Our mail server could not be reached.", Help.WAIT),
        ("down SSLCertVerificationError", "Our mail server could not prove who it is.", Help.OPERATOR),
        ("transport down", "Nothing could leave by this way just then.", Help.WAIT),
        ("refused inactive", "The account has ended.", Help.NOTHING),
        ("failed UndefinedError", "We could not write it. That is a fault of the service.", Help.OPERATOR),
        ("failed Unreadable", "The address could not be opened with our keys.", Help.OPERATOR),
        ("who knows", "The reason is not known.", Help.OPERATOR),
        ("", "The reason is not known.", Help.OPERATOR),
    ],
)
def test_a_code_becomes_a_sentence_and_what_can_be_done(code, said, help_):
    found = reason(code)
    assert (str(found.said), found.help) == (said, help_)


def test_what_our_transport_writes_down_is_understood():
    assert str(reason(f"refused {_codes(550, b'5.1.1 no such user')}").said) == "There is no such address."


def test_there_is_something_to_do_about_everything_for_everybody():
    for help_ in Help:
        assert what_you_can_do(help_, to_staff=True)
        assert what_you_can_do(help_, to_staff=False)


def test_every_state_outcome_and_urgency_has_words():
    assert set(delivery_labels.STATES) == set(delivery_labels.TABS) == set(NoticeState)
    assert set(delivery_labels.OUTCOMES) == set(Outcome)
    assert set(delivery_labels.URGENCIES) == set(Urgency)


def test_a_road_nobody_named_shows_its_code_to_staff_and_not_to_the_person():
    assert delivery_labels.road("pigeon") == "pigeon"
    assert delivery_labels.own_road("pigeon") == "here, on your page"


def test_every_message_has_a_name():
    folders = {one.name for one in (TEMPLATES / "email").iterdir() if not one.name.startswith("_")}
    assert folders - set(notice_labels.TO_STAFF) - set(notice_labels.TO_PERSON) == set()
    assert set(notice_labels.OWN) <= set(notice_labels.TO_PERSON)
    assert notice_labels.of_person("case_news") == "There is news for you"
    assert notice_labels.of_staff("no_such", is_restricted=False, to_staff=False) == "no_such"
