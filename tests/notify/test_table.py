"""The page about notices and the folders of templates say what the rules do."""

import ast
import inspect
import re

from engage.domain.events import Event
from engage.notify import messages, rules
from engage.notify.messages import TEMPLATES
from engage.notify.table import as_markdown
from tests.architecture.sources import ROOT

TEMPLATE_NAMES = sorted(path.name for path in (TEMPLATES / "email").iterdir() if not path.name.startswith("_"))


def test_every_notice_that_a_rule_names_has_its_templates_and_none_is_left_over():
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "engage" / "notify").glob("*rules.py")]
    code = [node for source in sources for node in ast.walk(ast.parse(source))]
    named = {node.value for node in code if isinstance(node, ast.Constant) and node.value in TEMPLATE_NAMES}
    beside_the_rules = {"address_left", "code_link", "first_code_link", "item_for_you", "late_count", "something_new"}
    beside_the_rules |= {"overdue_list", "weekly_summary", "while_away"}
    assert sorted(named | beside_the_rules) == TEMPLATE_NAMES


def test_what_a_rule_says_of_itself_names_the_notices_it_makes():
    for kind, rule in rules.notices.registry.items():
        if kind is object or not rule.__doc__ or kind is Event:
            continue
        source = inspect.getsource(rule)
        code = {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}
        made = {name for name in TEMPLATE_NAMES if name in code}
        if "_news_or_end" in source:
            made |= {"case_news", "case_finished"}
        if "DIGEST" in source:
            made.add("late_count")
        said = {name for name in TEMPLATE_NAMES if re.search(rf"\b{name}\b", rule.__doc__)}
        assert said == made, kind.__name__


# What every notice is given when it is sent, see engage.notify.said and the modules that find where notices go.
GIVEN = {"reference", "kind", "channel", "received_at", "site", "phone", "phone_hours", "office", "avenues", "dates"}
GIVEN |= {"home", "how_it_works", "outside_avenues", "link", "confirm", "inbox", "day", "choose", "code", "ask_again"}
GIVEN |= {"late", "flagged", "count"}  # counted at that moment, where the message is of a count
NOTICES = {"to_person": 0, "to_staff": 1, "_owed": 0}  # what makes one in the rules, and where the message stands


def test_every_value_that_a_message_may_name_comes_with_the_notice_that_a_rule_makes():
    table, found = messages.table(), set()
    for path in (ROOT / "engage" / "notify").glob("*rules.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            place = NOTICES.get(getattr(node.func, "id", "")) if isinstance(node, ast.Call) else None
            if place is None or not isinstance(node.args[place], ast.Constant):
                continue
            code = node.args[place].value
            allowed = [table.values[name] for name in table.messages[code].allowed if name in table.values]
            needed = {value.source for value in allowed if not value.may_be_missing} - GIVEN
            assert needed <= {keyword.arg for keyword in node.keywords}, (code, path.name, node.lineno)
            found.add(code)
    assert {"errand_due", "errand_for_you", "proposal_waiting", "cannot_end"} <= found


def test_the_page_about_notices_says_what_the_rules_do():
    assert (ROOT / "docs" / "notifications.md").read_text(encoding="utf-8") == as_markdown()
