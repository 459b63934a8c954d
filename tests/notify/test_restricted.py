"""Who hears of a case of the restricted lane, and what happens when there is nobody to hear."""

from sqlalchemy import select

from engage.domain.policy import Role
from engage.extensions import db
from engage.models import OutboxMessage
from tests import states


def test_a_case_that_no_focal_point_can_hear_of_is_told_to_the_operator_in_the_log(session, sent_tasks, caplog):
    site_id = states.a_site("ALO")
    states.staff(Role.COORDINATOR, site_id=site_id)
    reference = states.a_case(site_id, what_happened="The guard hurt her.", harms_child=True)
    assert db.session.scalars(select(OutboxMessage.template)).all() == ["case_received"]  # to the person alone
    assert "name a focal point" in caplog.text
    assert reference not in caplog.text
    assert "guard" not in caplog.text
