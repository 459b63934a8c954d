"""The second factor: set up, used once, turned off, reset. Its pages are tested in tests/web/test_second_factor.py."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage import vault
from engage.domain import second_factor as rules
from engage.domain.policy import Membership, NotAllowed, Role
from engage.models import AuditEvent, OutboxMessage, RecoveryCode, SecondFactor, StaffUser
from engage.services import accounts, demo, second_factor
from engage.services.second_factor import WrongCode
from engage.unit_of_work import unit_of_work
from tests import states


@pytest.fixture
def team(session, sent_tasks):
    return states.Team()


@pytest.fixture
def chief(team):
    return states.staff((Role.ADMIN, None))


def present(clock, secret, later=0):
    return second_factor.code_at(secret, int(clock.now.timestamp()) // rules.STEP_SECONDS + later)


def set_up(actor, clock):
    secret = second_factor.new_secret()
    with unit_of_work():
        _, codes = second_factor.set_up(actor.id, secret, present(clock, secret))
    clock.advance(timedelta(minutes=1))
    return secret, codes


def passes(actor, typed):
    with unit_of_work():
        return second_factor.passes(actor.id, typed)


def kinds(session):
    session.rollback()
    return list(session.scalars(select(AuditEvent.kind).order_by(AuditEvent.number)))


def key_of(session, actor):
    session.rollback()
    return session.scalars(select(StaffUser.session_key).where(StaffUser.id == actor.id)).one()


def told(session):
    session.rollback()
    return {(row.template, row.user_id) for row in session.scalars(select(OutboxMessage))}


def test_a_code_works_once_and_no_code_before_it(session, team, clock):
    secret, _ = set_up(team.officer, clock)
    assert passes(team.officer, present(clock, secret))
    assert not passes(team.officer, present(clock, secret))
    assert not passes(team.officer, present(clock, secret, later=-1))
    assert passes(team.officer, present(clock, secret, later=1))
    assert not passes(team.officer, present(clock, secret, later=1))


def test_the_code_that_set_it_up_signs_nobody_in(session, team, clock):
    secret = second_factor.new_secret()
    with unit_of_work():
        second_factor.set_up(team.officer.id, secret, present(clock, secret))
    assert not passes(team.officer, present(clock, secret))


def test_a_clock_that_is_more_than_a_step_wrong_gets_nobody_in(session, team, clock):
    secret, _ = set_up(team.officer, clock)
    for off in (-2, 2):
        assert not passes(team.officer, present(clock, secret, later=off))


def test_a_recovery_code_works_once_however_it_is_typed(session, team, clock):
    _, codes = set_up(team.officer, clock)
    assert len(set(codes)) == rules.RECOVERY_CODES
    assert passes(team.officer, codes[0].lower().replace("-", " "))
    assert not passes(team.officer, codes[0])
    assert passes(team.officer, codes[1])
    assert second_factor.codes_left(team.officer.id) == rules.RECOVERY_CODES - 2


def test_a_recovery_code_of_somebody_else_does_not_work(session, team, clock):
    _, codes = set_up(team.officer, clock)
    set_up(team.approver, clock)
    assert not passes(team.approver, codes[0])
    assert passes(team.officer, codes[0])


@pytest.mark.parametrize("typed", ["", "000000", "no code", "0000-0000-0000-0000"])
def test_what_is_no_code_does_not_pass(session, team, clock, typed):
    set_up(team.officer, clock)
    assert not passes(team.officer, typed)


def test_nothing_passes_where_nothing_is_set_up(session, team):
    assert not passes(team.officer, "000000")


def test_neither_the_secret_nor_a_code_is_kept_readable(session, team, clock):
    secret, codes = set_up(team.officer, clock)
    row = session.scalars(select(SecondFactor)).one()
    assert secret.encode() not in row.sealed
    assert vault.opened(row.sealed, vault.SECOND_FACTOR) == {"secret": secret}
    with pytest.raises(vault.Unreadable):
        vault.opened(row.sealed)
    kept = set(session.scalars(select(RecoveryCode.digest)))
    assert not kept & ({*codes} | {code.replace("-", "") for code in codes})


def test_a_wrong_code_sets_nothing_up(session, team, clock):
    with pytest.raises(WrongCode), unit_of_work():
        second_factor.set_up(team.officer.id, second_factor.new_secret(), "000000x")
    assert not second_factor.is_set_up(team.officer.id)
    assert kinds(session) == []


def test_another_phone_takes_the_place_of_the_first_and_older_sessions_end(session, team, clock):
    first, old_codes = set_up(team.officer, clock)
    before = key_of(session, team.officer)
    second, codes = set_up(team.officer, clock)
    assert key_of(session, team.officer) != before
    assert not passes(team.officer, present(clock, first))
    assert not passes(team.officer, old_codes[0])
    assert passes(team.officer, present(clock, second))
    assert passes(team.officer, codes[0])


def test_new_recovery_codes_take_the_place_of_the_old_ones(session, team, clock):
    _, old = set_up(team.officer, clock)
    with unit_of_work():
        new = second_factor.make_codes(team.officer.id)
    assert not passes(team.officer, old[0])
    assert passes(team.officer, new[0])
    assert kinds(session) == ["second_factor_set_up", "recovery_codes_made"]


def test_there_are_no_recovery_codes_without_an_app(session, team):
    with pytest.raises(NotAllowed), unit_of_work():
        second_factor.make_codes(team.officer.id)


def test_it_is_turned_off_where_no_role_demands_it(session, team, clock):
    set_up(team.officer, clock)
    before = key_of(session, team.officer)
    for _ in range(2):
        with unit_of_work():
            second_factor.turn_off(team.officer.id)
    assert key_of(session, team.officer) != before
    assert not second_factor.is_set_up(team.officer.id)
    assert session.scalars(select(RecoveryCode)).all() == []
    assert kinds(session) == ["second_factor_set_up", "second_factor_off"]


def test_it_is_not_turned_off_while_a_role_demands_it(session, team, clock):
    set_up(team.approver, clock)
    with pytest.raises(NotAllowed), unit_of_work():
        second_factor.turn_off(team.approver.id)
    assert second_factor.is_set_up(team.approver.id)


def test_a_lost_one_is_reset_by_an_administrator_and_its_owner_is_told(session, team, chief, clock):
    secret, codes = set_up(team.officer, clock)
    before = key_of(session, team.officer)
    with unit_of_work():
        assert second_factor.reset(team.officer.id, actor=chief)
    assert key_of(session, team.officer) != before
    assert not passes(team.officer, present(clock, secret)) and not passes(team.officer, codes[0])
    assert told(session) == {("second_factor_reset", team.officer.id)}
    assert kinds(session) == ["second_factor_set_up", "second_factor_reset"]


def test_the_other_focal_points_hear_that_one_of_them_lost_theirs(session, team, chief, clock):
    set_up(team.focal, clock)
    with unit_of_work():
        second_factor.reset(team.focal.id, actor=chief)
    assert told(session) == {
        ("second_factor_reset", team.focal.id),
        ("focal_changed", team.second_focal.id),
    }


def test_nobody_resets_what_is_not_theirs_to_manage(session, team, chief, clock):
    set_up(chief, clock)
    for actor in (team.admin, team.coordinator, chief):
        with pytest.raises(NotAllowed), unit_of_work():
            second_factor.reset(chief.id, actor=actor)


def test_where_there_is_none_nothing_is_reset(session, team, chief):
    with unit_of_work():
        assert not second_factor.reset(team.officer.id, actor=chief)
    assert kinds(session) == [] and told(session) == set()


def test_whoever_cannot_sign_in_is_not_told(session, team, chief, clock):
    set_up(team.officer, clock)
    with unit_of_work():
        accounts.deactivate(team.officer.id, actor=chief)
        second_factor.reset(team.officer.id, actor=chief)
    assert told(session) == set()


def test_sessions_end_where_somebody_may_do_more_and_go_on_where_less(session, team, chief):
    before = key_of(session, team.officer)
    with unit_of_work():
        roles = [Membership(role, team.site_id) for role in (Role.OFFICER, Role.CUSTODIAN)]
        accounts.set_roles(team.officer.id, roles, actor=chief)
    between = key_of(session, team.officer)
    assert between != before
    with unit_of_work():
        accounts.set_roles(team.officer.id, roles[:1], actor=chief)
    assert key_of(session, team.officer) == between


@pytest.fixture
def phone_owner(session):
    return states.staff(Role.APPROVER, site_id=states.a_site(), email="approver.bor@example.org", name="Approver, Bor")


def test_a_phone_of_the_demonstration_shows_the_next_code_that_is_taken(session, phone_owner, clock):
    with unit_of_work():
        second_factor.keep(session.get_one(StaffUser, phone_owner.id), second_factor.new_secret())
    codes = []
    for _ in range(2):
        (phone,) = demo.phones()
        assert passes(phone_owner, phone.code)
        codes.append(phone.code)
    assert len(set(codes)) == 2
    assert demo.phones()[0].code is None
    clock.advance(timedelta(seconds=60))
    assert passes(phone_owner, demo.phones()[0].code)


def test_no_phone_is_shown_of_anybody_who_is_real(session, team, clock):
    set_up(team.approver, clock)
    assert demo.phones() == []
