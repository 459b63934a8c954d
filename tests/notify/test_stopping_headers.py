"""Which mails to staff a mail program can end: those that no work hangs on, and none that is duty."""

import pytest

from engage import vault
from engage.domain.delivery import Urgency
from engage.domain.mail_addresses import read_stop_code
from engage.domain.notice_groups import ALWAYS, GROUP_OF, STOPPED_BY_CLICK
from engage.models import Recipient
from tests.notify.test_headers import CASE, NOTICE, a_post, read


def to_staff(app, template, case_id=None, **claim):
    return read(a_post(app, template=template, recipient=Recipient.STAFF, case_id=case_id, **claim).raw)


@pytest.mark.parametrize("template", ["weekly_summary", "overdue_list", "watched_case", "mentioned"])
def test_a_summary_and_news_of_a_watched_case_can_be_stopped_with_one_click(app, template):
    found = to_staff(app, template, case_id=CASE if template in ("watched_case", "mentioned") else None)
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = str(found["List-Unsubscribe"])
    assert link.startswith("<https://localhost/account/no-more-mails/")
    with app.app_context():
        code = link.strip("<>").rpartition("/")[2]
        assert read_stop_code(code, vault.key_for(vault.MAIL_ADDRESS)) == NOTICE
    assert "BOR" not in link


def test_what_was_gathered_leads_to_the_page_where_its_reader_chooses(app):
    """It holds news of one's own work, too: that is not to end by a slip of the thumb."""
    found = to_staff(app, "while_away")
    assert found["List-Unsubscribe"] == "<https://localhost/account/notices>"
    assert "List-Unsubscribe-Post" not in found


def test_without_https_a_summary_offers_the_page_and_no_click(app, change_settings):
    change_settings(PUBLIC_URL="http://127.0.0.1:8000")
    found = to_staff(app, "weekly_summary")
    assert "List-Unsubscribe" in found
    assert "List-Unsubscribe-Post" not in found


@pytest.mark.parametrize(
    "template", sorted({*ALWAYS, *(one for one, group in GROUP_OF.items() if group not in STOPPED_BY_CLICK)})
)
def test_duty_cannot_be_stopped_by_a_click_of_a_mail_program(app, template):
    assert "List-Unsubscribe" not in to_staff(app, template, case_id=CASE)


def test_news_of_a_grave_case_is_a_mail_in_any_case_and_offers_no_end(app):
    assert "List-Unsubscribe" not in to_staff(app, "watched_case", case_id=CASE, urgency=Urgency.URGENT)
