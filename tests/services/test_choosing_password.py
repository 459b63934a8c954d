"""Passwords chosen by a link: by whom, how often, how long, and what else ends with it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage import vault
from engage.clock import utcnow
from engage.domain import account_links as rules
from engage.domain.account_links import LinkPurpose
from engage.domain.policy import NotAllowed, Role
from engage.extensions import db
from engage.models import AccountLink, AskedReset, AuditEvent, OutboxMessage, StaffUser
from engage.services import account_links, accounts, choosing_password, passwords
from engage.services.account_links import DeadLink
from engage.services.accounts import Details
from engage.services.new_passwords import WeakPassword
from engage.unit_of_work import unit_of_work
from tests import states

NEW, OTHER = "nine grey otters at noon", "ten red foxes in the snow"
EMAIL = "new@staff.engage.test"


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


def invited(team) -> StaffUser:
    chief = states.staff((Role.ADMIN, None))
    with unit_of_work():
        choosing_password.invite(Details(EMAIL, "New"), [], actor=chief)
    return user_of(EMAIL)


def with_password(team) -> StaffUser:
    states.staff(Role.OFFICER, site_id=team.site_id, email=EMAIL, password_hash=passwords.hashed(OTHER))
    return user_of(EMAIL)


def user_of(email: str) -> StaffUser:
    db.session.rollback()
    return db.session.scalars(select(StaffUser).where(StaffUser.email == email)).one()


def newest_code() -> str:
    """What the newest mail would say: the outbox holds no more than the id of the link."""
    db.session.rollback()
    link = db.session.scalars(select(AccountLink).order_by(AccountLink.made_at.desc())).first()
    return vault.account_code(link.id)


def ask(email: str = EMAIL) -> int:
    with unit_of_work():
        choosing_password.ask_for_reset(email)
    return choosing_password.answer_resets()


def choose(code: str, new: str = NEW) -> str:
    with unit_of_work():
        return choosing_password.choose(code, new)


def why(code: str) -> str:
    with pytest.raises(DeadLink) as stopped:
        choose(code)
    return stopped.value.code


def kinds() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEvent.kind).order_by(AuditEvent.number)))


def test_whoever_is_invited_chooses_their_own_password_and_nobody_else_has_seen_it(team):
    user = invited(team)
    assert user.password_hash is None
    assert choose(newest_code()) == EMAIL
    user = user_of(EMAIL)
    assert passwords.is_right(NEW, user.password_hash)
    assert not user.must_change_password
    assert kinds() == ["user_added", "invitation_sent", "password_chosen"]
    assert [row.template for row in db.session.scalars(select(OutboxMessage))] == ["invitation"]


def test_what_lies_in_the_database_opens_nothing(team):
    invited(team)
    code = newest_code()
    row = db.session.scalars(select(AccountLink)).one()
    message = db.session.scalars(select(OutboxMessage)).one()
    assert code not in f"{row.digest} {message.context} {message.dedupe_key}"
    assert message.context == {"link_id": str(row.id)}


@pytest.mark.parametrize("purpose", LinkPurpose)
def test_a_link_ends_with_its_time(team, clock, purpose):
    user = invited(team) if purpose is LinkPurpose.INVITATION else with_password(team)
    if purpose is LinkPurpose.RESET:
        ask()
    code = newest_code()
    clock.advance(rules.LIVES[purpose])
    assert why(code) == "too_old"
    assert user_of(EMAIL).password_hash == user.password_hash


def test_a_link_works_once(team):
    invited(team)
    choose(newest_code())
    assert why(newest_code()) == "used"


def test_a_code_that_nobody_made_opens_nothing(team):
    invited(team)
    assert why("7K3Q-7K3Q-7K3Q-7K3Q") == "unknown"
    assert why("not a code") == "unknown"


def test_a_newer_link_ends_the_older(team):
    user, chief = invited(team), states.staff((Role.ADMIN, None))
    older = newest_code()
    with unit_of_work():
        choosing_password.invite_again(user.id, actor=chief)
    newer = {vault.account_code(row.id) for row in db.session.scalars(select(AccountLink))} - {older}
    assert why(older) == "replaced"
    assert choose(newer.pop()) == EMAIL


def test_a_weak_password_uses_up_no_link(team):
    invited(team)
    with pytest.raises(WeakPassword):
        choose(newest_code(), "short")
    assert choose(newest_code()) == EMAIL


def test_who_has_a_password_or_may_not_sign_in_is_not_invited_again(team):
    chief, user = states.staff((Role.ADMIN, None)), with_password(team)
    with pytest.raises(NotAllowed), unit_of_work():
        choosing_password.invite_again(user.id, actor=chief)
    with unit_of_work():
        user_of(EMAIL).password_hash = None
        accounts.deactivate(user.id, actor=chief)
    with pytest.raises(NotAllowed), unit_of_work():
        choosing_password.invite_again(user.id, actor=chief)


def test_asking_ends_no_session_and_using_the_link_ends_all_and_tells_the_owner(team):
    key = with_password(team).session_key
    assert ask(f" {EMAIL.upper()}") == 1
    assert user_of(EMAIL).session_key == key
    choose(newest_code())
    assert user_of(EMAIL).session_key != key
    sent = [row.template for row in db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.created_at))]
    assert sent == ["password_link", "password_chosen"]


def test_the_forgotten_password_is_not_chosen_again(team):
    with_password(team)
    ask()
    with pytest.raises(WeakPassword) as stopped:
        choose(newest_code(), OTHER)
    assert stopped.value.code == "the_old_one"


def test_an_address_that_nobody_has_costs_the_page_the_same_and_gets_nothing(team):
    with_password(team)
    for email in ("nobody@staff.engage.test", EMAIL):
        with unit_of_work():
            choosing_password.ask_for_reset(email)
    sizes = {len(row.sealed) // 64 for row in db.session.scalars(select(AskedReset))}
    assert len(sizes) == 1
    assert choosing_password.answer_resets() == 1
    assert choosing_password.answer_resets() == 0
    assert db.session.scalars(select(AskedReset)).all() == []


def test_two_workers_that_answer_at_once_send_one_link(team):
    with_password(team)
    with unit_of_work():
        choosing_password.ask_for_reset(EMAIL)
    asked = db.session.scalars(select(AskedReset.id)).one()
    with unit_of_work():
        assert choosing_password._answer(asked)
    with unit_of_work():
        assert not choosing_password._answer(asked)


def test_somebody_who_is_asked_for_again_and_again_gets_five_mails_a_day(team, clock):
    with_password(team)
    assert sum(ask() for _ in range(7)) == rules.RESETS_A_DAY
    clock.advance(timedelta(days=1))
    assert ask() == 1


def test_somebody_deactivated_gets_no_link_and_has_none(team):
    chief, user = states.staff((Role.ADMIN, None)), with_password(team)
    ask()
    with unit_of_work():
        accounts.deactivate(user.id, actor=chief)
    assert why(newest_code()) == "replaced"
    assert ask() == 0
    with unit_of_work():
        db.session.scalars(select(AccountLink)).one().ended_at = None
    assert why(newest_code()) == "unknown"


def test_a_link_to_an_older_address_opens_nothing(team):
    chief, user = states.staff((Role.ADMIN, None)), with_password(team)
    ask()
    with unit_of_work():
        accounts.describe(user.id, Details("moved@staff.engage.test", "New"), actor=chief)
    assert why(newest_code()) == "replaced"


def test_a_password_that_came_another_way_ends_the_link(team):
    user = with_password(team)
    ask()
    with unit_of_work():
        accounts.change_password(user.id, OTHER, NEW)
    assert why(newest_code()) == "replaced"


def test_what_was_sealed_with_a_lost_secret_is_dropped(team):
    with unit_of_work():
        db.session.add(AskedReset(sealed=b"damaged", asked_at=utcnow()))
    assert choosing_password.answer_resets() == 0
    assert db.session.scalars(select(AskedReset)).all() == []


def test_links_that_are_long_over_are_forgotten(team, clock):
    with_password(team)
    ask()
    clock.advance(timedelta(days=31, hours=2))
    ask()
    assert len(db.session.scalars(select(AccountLink)).all()) == 1


def test_how_many_links_were_sent_counts_each_kind_apart(team):
    user = invited(team)
    assert account_links.sent_since(user.id, timedelta(days=1), LinkPurpose.RESET) == 0
    assert account_links.sent_since(user.id, timedelta(days=1), LinkPurpose.INVITATION) == 1
