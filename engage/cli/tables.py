"""What the code knows of itself, as pages in Markdown: the lifecycle, permissions, settings, addresses."""

from collections.abc import Iterable, Sequence

from pydantic import SecretStr
from pydantic_settings import BaseSettings
from werkzeug.routing import Map

from engage.domain import guards
from engage.domain.lane_policy import LANE_GRANTS, OWN
from engage.domain.lifecycle import OPEN_STAGES, TRANSITIONS, Action, Stage
from engage.domain.pen_policy import PEN_GRANTS
from engage.domain.policy import GRANTS, PERSONS, SYSTEMS, Permission, Reach, Role

_WRITTEN = "Written by `flask engage documents` from `{source}`; a test compares the two.\n"
_REACH = {
    Reach.SITE: ("●", "every case of the site, or of all sites where the role is held there"),
    Reach.OPEN_CLASS: ("○", "ordinary cases of the site, and confidential ones that are assigned to the actor"),
    Reach.ASSIGNED: ("a", "cases assigned to the actor"),
    Reach.RECORDED: ("r", "cases the actor took down, or is assigned"),
    Reach.SEATED: ("p", "cases whose appeal the actor decides"),
    Reach.SEVERE: ("4", "cases of severity 4 and 5"),
}
# The sides of the web, in the order of the page. tests/architecture/public_endpoints.py is the list that counts.
_SIDES = {
    "public": "Anyone; the pages under `/case` and their like with a receipt code.",
    "account": "Anyone may sign in; the rest is for whoever is signed in.",
    "notifications": "Whoever is signed in; each sees what they were told themselves.",
    "staff": "Staff who may see cases, each within their permissions.",
    "lane": "Focal points; for everybody else these pages do not exist.",
    "admin": "Administrators. No case content.",
    "health": "Machines: the health page is open, the metrics need a token.",
    "hooks": "The gateway of text messages; what it sends is signed. Without one these do not exist.",
}


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def lifecycle() -> str:
    """Return docs/lifecycle.md: the table and the picture of what may follow what."""
    rows = [
        (start.value, action.value, " or ".join(end.value for end in ends), _takers(action), _waits(action))
        for (start, action), ends in TRANSITIONS.items()
        if action is not Action.WITHDRAW
    ]
    rows.append((f"any of the {len(OPEN_STAGES)} open stages", "withdraw", "closed", _takers(Action.WITHDRAW), ""))
    steps = [
        f"    {start.value} --> {end.value}: {action.value.replace('_', ' ')}\n"
        for (start, action), ends in TRANSITIONS.items()
        for end in ends
        if action is not Action.WITHDRAW
    ]
    return (
        "# The life of a case\n\n"
        + _WRITTEN.format(source="engage/domain/lifecycle.py")
        + "\nStages and nothing else: who has a case and what it waits for are facts beside it. Where an action may\n"
        + "lead to two stages, the first is the usual one. Withdrawing is left out of the picture.\n\n"
        + "```mermaid\nstateDiagram-v2\n    [*] --> received\n"
        + "".join(steps)
        + f"    {Stage.CLOSED.value} --> [*]\n```\n\n"
        + _table(("from", "action", "to", "who", "may have to wait"), rows)
    )


def _takers(action: Action) -> str:
    people = ["the person"] if action in PERSONS else []
    people += [role.value for role in GRANTS.get(action, {})]
    return ", ".join([*people, *(["the service"] if action in SYSTEMS else [])])


def _waits(action: Action) -> str:
    """What the guard of the action says of itself."""
    name = "respond" if action in (Action.ACCEPT, Action.REFUSE) else action.value
    guard = getattr(guards, f"why_not_{name}", None)
    return " ".join((guard.__doc__ or "").split()) if guard else ""


def permissions() -> str:
    """Return docs/permissions.md: who may do what, and how far it reaches."""
    roles = [role for role in Role if any(role in granted for granted in GRANTS.values())]
    others = [role.value for role in Role if role not in roles]
    rows = []
    for what in (*Permission, *Action):
        granted = GRANTS.get(what, {})
        cells = [_REACH[granted[role]][0] if role in granted else "" for role in roles]
        rows.append((what.value, *cells, "●" if what in PERSONS else "", "●" if what in SYSTEMS else ""))
    lane_rows = [
        (what.value, ", ".join(f"`{role.value}`" for role in granted), "●" if what in OWN else "")
        for what, granted in LANE_GRANTS.items()
    ]
    signs = "".join(f"- {sign} {words}\n" for sign, words in _REACH.values())
    return (
        "# Who may do what\n\n"
        + _WRITTEN.format(source="engage/domain/policy.py")
        + "\n"
        + signs
        + "\nA restricted case is open to `focal` alone, and `focal` has no other case. Whoever a case is about sees\n"
        + "and does nothing with it. Nobody approves their own work: the use cases hold that. The person's column is\n"
        + "about their own case; answers by word of mouth are recorded with `record_answer`. Whoever is to decide an\n"
        + "appeal has no `read_unmasked`, by any role, before they said whether they have a conflict of interest.\n\n"
        + f"No permission over cases at all: {', '.join(f'`{role}`' for role in others)}.\n\n"
        + _table(("", *(role.value for role in roles), "person", "service"), rows)
        + "\n## The restricted lane\n\n"
        + "From `engage/domain/lane_policy.py`. A report is no case: none of the roles above reach it. At its site,\n"
        + "and never with one that is about them:\n\n"
        + _table(("", "roles", "whoever holds its code"), lane_rows)
        + "\n## Mail to sort\n\n"
        + "From `engage/domain/pen_policy.py`. A mail in the holding pen is no case yet. At the site it was sent to,\n"
        + "or at all sites where it was sent to none, and never one that may belong to a case about them, it is\n"
        + f"placed by {_sorting(restricted=False)}; what may belong to a restricted case by\n"
        + f"{_sorting(restricted=True)} alone.\n"
    )


def _sorting(*, restricted: bool) -> str:
    return " and ".join(f"`{role.value}`" for role, only in PEN_GRANTS.items() if only is restricted)


def settings(kind: type[BaseSettings]) -> str:
    """Return docs/settings.md: every setting an operator may set."""
    rows = []
    # What the class declares itself comes before what it has from the classes of mail.
    for name, field in sorted(kind.model_fields.items(), key=lambda one: one[0] not in kind.__annotations__):
        default = "" if field.default is None else str(field.default)
        is_secret = SecretStr in getattr(field.annotation, "__args__", (field.annotation,))
        words = f"{field.description or ''}{' Secret.' if is_secret else ''}"
        rows.append((f"`ENGAGE_{name}`", f"`{default}`" if default else "none", words))
    return (
        "# Settings\n\n"
        + _WRITTEN.format(source="config.py")
        + "\nAll are environment variables. The defaults are safe on one machine. `serve` refuses to start with what\n"
        + "is missing or unsafe for real people, and says which variable it is and what to do.\n\n"
        + _table(("variable", "default", "what it does"), rows)
    )


def routes(addresses: Map) -> str:
    """Return docs/routes.md: every address, by the side it belongs to."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for rule in sorted(addresses.iter_rules(), key=lambda rule: rule.rule):
        side, _, _ = rule.endpoint.partition(".")
        methods = " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        if side in _SIDES:
            found.setdefault(side, []).append((f"`{rule.rule}`", methods, f"`{rule.endpoint}`"))
    parts = [
        f"\n## {side}\n\n{_SIDES.get(side, '')}\n\n" + _table(("address", "methods", "endpoint"), rows)
        for side, rows in sorted(found.items(), key=lambda item: list(_SIDES).index(item[0]))
    ]
    return (
        "# Addresses\n\n"
        + _WRITTEN.format(source="the URL map").replace("`the URL map`", "the URL map")
        + "\nThe demonstration has `/dev/mail` and `/dev/codes` besides. Which addresses are open to strangers is\n"
        + "listed in `tests/architecture/public_endpoints.py`, and a test asks each of the others as one.\n"
        + "".join(parts)
    )
