"""Mails leave in the words of an administrator, and none of them can say what it must not."""

import uuid

import pytest

from engage.domain.case import Road
from engage.domain.lifecycle import Stage
from engage.domain.message_checks import Words
from engage.domain.messages_file import Audience, Form
from engage.domain.policy import Role
from engage.notify import addressing, claims, messages, to_staff
from engage.notify.addressing import Letter
from engage.notify.destinations import LINKS_TO_CODE
from engage.notify.rendering import render
from engage.services import delivery
from engage.services import messages as service
from engage.unit_of_work import unit_of_work
from tests import states
from tests.notify.letters import ADDRESS, SAMPLE, a_case_with, a_link_to_code, a_notice, forget_notices
from tests.services.by_text import NUMBER, a_case, owed_to

TABLE = messages.table()
# What the outbox gives along for engage itself; no words can name it.
BEHIND = {"time_zone", "link_id", "person", "others"}
# Sent only where more has happened than a notice: each has a test of its own beside what it is about.
OF_THEIR_OWN = {"address_left", "flagged_cases", "mail_waits", "overdue_list", "weekly_summary", "while_away"}
EDITABLE = sorted(one.code for one in TABLE.messages.values() if one.is_editable and one.code not in OF_THEIR_OWN)
OF_SOMEBODY = {"cannot_end", "cannot_rest", "role_rests", "training_ends"}


@pytest.fixture
def chief(session, sent_tasks):
    return states.staff((Role.ADMIN, None))


@pytest.fixture
def reference(chief):
    site = states.a_site(
        phone="+1 555 0100", office="Gate", outside_avenues=[{"name": "Ombudsman", "contact": "+1 555 0199"}]
    )
    made = a_case_with(Road.DIRECT, site_id=site)
    forget_notices()
    return made


def everything(facts) -> Words:
    """Words that name whatever the message may name."""
    lines = []
    for name in facts.allowed:
        value = TABLE.values.get(name)
        shown = f"{{{{ {name} }}}}"
        if value is not None and value.form is Form.FLAG:
            shown = "yes"
        lines.append(f"{{{{ if {name} }}}}\n{shown}\n{{{{ end }}}}" if value and value.may_be_missing else shown)
    return Words("About you", "\n\n".join(["Neighbours,", *lines]))


def a_letter(facts, reference):
    """The message to whoever it is for, as the outbox would hold it."""
    own = {TABLE.values[name].source for name in facts.allowed if name in TABLE.values}
    context = {name: SAMPLE[name] for name in own if isinstance(SAMPLE.get(name), str)}
    context = {name: value for name, value in context.items() if not value.startswith("https:")}
    given = {"reference", "kind", "channel", "received_at", "site", "phone", "phone_hours", "office", "late"}
    context = {name: value for name, value in context.items() if name not in given}
    if facts.code in OF_SOMEBODY:
        context["person"] = str(uuid.uuid4())
    if facts.code in LINKS_TO_CODE:
        context["link_id"] = str(a_link_to_code(reference))
    is_of_case = facts.audience is Audience.PERSON or "reference" in facts.allowed
    user = None if facts.audience is Audience.PERSON else states.staff((Role.COORDINATOR, None))
    a_notice(
        reference if is_of_case else None,
        template=facts.code,
        context=context,
        **({"user_id": user.id} if user else {}),
    )
    with unit_of_work():
        claimed = claims.claim(1)[0]
    letter = addressing.destination(claimed)
    assert isinstance(letter, Letter)
    return claimed, letter


@pytest.mark.parametrize("code", EDITABLE)
def test_whatever_a_message_may_name_is_given_and_nothing_else_comes_along(reference, chief, code, monkeypatch):
    monkeypatch.setattr(to_staff, "NOTHING_LEFT", "no count")  # else one of nothing is told to nobody
    facts = TABLE.messages[code]
    words = everything(facts)
    assert service.problems(code, words) == []
    with unit_of_work():
        service.save(code, "en", words, seen_version=0, actor=chief)
    claimed, letter = a_letter(facts, reference)
    assert letter.words == words
    mail = render(claimed, letter)
    assert mail["Subject"] == "About you"
    text = mail.get_body(("plain",)).get_content()
    assert text.startswith("Neighbours,")
    assert "None" not in text
    sources = {value.source for value in TABLE.values.values()}
    assert set(letter.values) <= sources | BEHIND
    assert ADDRESS not in text


def test_the_next_mail_leaves_in_the_words_that_were_saved(reference, chief, mail_peer, change_settings):
    change_settings(MAIL="smtp", SMTP_PORT=mail_peer.port, OUTBOX_LEASE_SECONDS=60)
    with unit_of_work():
        words = Words("Something for you", "Dear neighbour, look:\n{{ link }}")
        service.save("case_news", "en", words, seen_version=0, actor=chief)
    a_notice(reference)
    assert delivery.drain() == 1
    (mail,) = mail_peer.mails
    assert mail.message["Subject"] == "Something for you"
    assert mail.message.get_body(("plain",)).get_content().startswith("Dear neighbour, look:")
    assert ">Dear neighbour, look</a>" in mail.message.get_body(("html",)).get_content()


def test_a_text_message_is_in_the_words_that_were_saved_but_on_a_shared_phone(chief, gateway, clock):
    with unit_of_work():
        words = Words("Something for you", "Dear neighbour, look:\n{{ link }}", "Neighbour, look here: {{ link }}")
        service.save("case_news", "en", words, seen_version=0, actor=chief)
    team = states.Team()
    for chosen in ({"may_text": True}, {"may_text": True, "shares_phone": True}):
        owed_to(a_case(team, chosen=chosen))
    assert gateway.to(NUMBER) == [
        "Neighbour, look here: https://localhost/case",
        "There is something new for you. You know where to look.",
    ]


def test_no_placeholder_holds_what_a_person_wrote_or_who_they_are():
    """Whoever adds one thinks here: those that hold free text hold what a site shows to the public."""
    free = {value.code for value in TABLE.values.values() if value.form in (Form.TEXT, Form.LIST, Form.SOURCE)}
    assert free == {"site", "phone_hours", "office", "avenues", "document", "references"}
    codes = {value.code for value in TABLE.values.values() if value.form in (Form.CODE, Form.COUNT)}
    of_digests = {"count", "new", "mine", "mentions", "open", "due_soon", "unassigned"}
    stages = {stage.value for stage in Stage if stage is not Stage.CLOSED}
    assert codes == {"reference", "phone", "code", "more", "late", "flagged", "number"} | of_digests | stages
