"""What keeps the words of a message from being saved: unknown placeholders, missing blocks, addresses, length."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from engage.domain.guards import Refusal
from engage.domain.message_words import BadWords, Nodes, Part, Plain, asked, read, said, uses
from engage.domain.messages_file import Audience, Form, MessageFacts, MessageTable

# Ours: a subject is cut off at about 60 signs on a phone, and a text of 8,000 is four times our longest.
MOST_IN_SUBJECT, MOST_IN_BODY = 120, 8000
MOST_IN_SMS = 300  # ours: with its values two or three parts of a long text message
MOST_PLACEHOLDERS = 100  # ours: more than three times our longest
SUBJECT, BODY, SMS = "subject", "body", "sms"
# An address in the words would be a link that nobody checks, with its scheme or without, since mail programs make one
# of either; every page we send people to is a placeholder.
_ADDRESS = re.compile(r"\b(?:https?|ftp|javascript|data|mailto):\S|\bwww\.\S|[\w-]\.[^\W\d_]{2,63}/\S", re.IGNORECASE)
_OWN_LINE = (Form.LIST, Form.DATES, Form.SOURCE)
_ENDS = r"(?:\s|\{\{\s*(?:end|else)\s*\}\})*"  # what may stand behind a link


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a message in one language; those of a text message where it goes by that road, too."""

    subject: str
    body: str
    sms: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and in which part."""

    part: str
    refusal: Refusal


class WordsRefused(ValueError):
    """The words of a message cannot be kept."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(", ".join(problem.refusal.code for problem in self.problems))


def problems(words: Words, message: MessageFacts, table: MessageTable) -> list[Problem]:
    """Return what keeps the words from being those of the message, empty if nothing does."""
    found = [Problem(SUBJECT, refusal) for refusal in _of_subject(words.subject, message, table)]
    found += [Problem(BODY, refusal) for refusal in _of_text(words.body, message, table, required=message.required)]
    if words.sms is not None:
        found += [Problem(SMS, refusal) for refusal in _of_text(words.sms, message, table, most=MOST_IN_SMS)]
    return found


def missing_blocks(body: str, message: MessageFacts, table: MessageTable) -> list[str]:
    """Return what the text has to show and does not surely show; everything of it where it cannot be read."""
    try:
        nodes = read(body)
    except BadWords:
        return list(message.required)
    return [name for name in message.required if not _is_there(name, nodes, table)]


def _is_there(name: str, nodes: Nodes, table: MessageTable) -> bool:
    """Whether it is shown whatever the values are; one that may be missing depends on nothing but itself."""
    if name in table.values and table.values[name].form is Form.FLAG:
        return any(found == name for found, _ in asked(nodes))
    return any(use.name == name and use.within <= {name} for use in uses(nodes))


def _of_subject(subject: str, message: MessageFacts, table: MessageTable) -> Iterable[Refusal]:
    if not subject.strip():
        return [Refusal("words_empty")]
    if len(subject) > MOST_IN_SUBJECT:
        return [Refusal("words_too_long", {"most": MOST_IN_SUBJECT})]
    if len(subject.splitlines()) > 1:
        return [Refusal("subject_of_lines")]
    try:
        nodes = read(subject)
    except BadWords as error:
        return [error.refusal]
    if message.audience is Audience.PERSON and list(asked(nodes)):
        return [Refusal("subject_names_nothing")]
    if not _says_something(nodes, table):
        return [Refusal("words_may_be_empty")]
    return [*_unknown(nodes, message.in_subject), *_address(nodes), *_unsure(nodes, table)]


def _of_text(
    body: str, message: MessageFacts, table: MessageTable, *, most: int = MOST_IN_BODY, required: tuple[str, ...] = ()
) -> Iterable[Refusal]:
    if not body.strip():
        return [Refusal("words_empty")]
    if len(body) > most:
        return [Refusal("words_too_long", {"most": most})]
    try:
        nodes = read(body)
    except BadWords as error:
        return [error.refusal]
    if len(list(asked(nodes))) > MOST_PLACEHOLDERS:
        return [Refusal("too_many_placeholders", {"most": MOST_PLACEHOLDERS})]
    if not _says_something(nodes, table):
        return [Refusal("words_may_be_empty")]
    found = [*_unknown(nodes, message.allowed), *_address(nodes)]
    found = found or [*_unsure(nodes, table), *_badly_placed(body, nodes, table)]
    return found + [Refusal("block_missing", {"name": name}) for name in required if not _is_there(name, nodes, table)]


def _says_something(nodes: Nodes, table: MessageTable) -> bool:
    """Whether something is said whatever the values are: what says nothing, no gateway and no reader takes."""
    for node in nodes:
        if isinstance(node, Plain):
            is_said = bool(node.words.strip())
        elif isinstance(node, Part):
            is_said = _says_something(node.then, table) and _says_something(node.other, table)
        else:
            value = table.values.get(node.name)
            is_said = value is None or not value.may_be_missing
        if is_said:
            return True
    return False


def _unknown(nodes: Nodes, allowed: tuple[str, ...]) -> list[Refusal]:
    names = ", ".join(allowed)
    return [
        Refusal("placeholder_unknown", {"line": line, "name": name, "allowed": names})
        for name, line in asked(nodes)
        if name not in allowed
    ]


def _address(nodes: Nodes) -> list[Refusal]:
    found = _ADDRESS.search(said(nodes))
    return [Refusal("address_in_words", {"address": found[0]})] if found else []


def _unsure(nodes: Nodes, table: MessageTable) -> list[Refusal]:
    """Values that are shown where they may be missing, and flags that are shown at all."""
    found = []
    for use in uses(nodes):
        value = table.values.get(use.name)
        if value is None:
            continue
        if value.form is Form.FLAG:
            found.append(Refusal("flag_shown", {"line": use.line, "name": use.name}))
        elif value.may_be_missing and value.form not in _OWN_LINE and use.name not in use.given:
            found.append(Refusal("placeholder_may_be_missing", {"line": use.line, "name": use.name}))
    return found


def _badly_placed(body: str, nodes: Nodes, table: MessageTable) -> list[Refusal]:
    """Lists that share their line, and links that have something behind them, where no phone would find their end."""
    lines = body.replace("\r\n", "\n").split("\n")
    found = []
    for use in uses(nodes):
        form = table.values[use.name].form if use.name in table.values else None
        if form in _OWN_LINE and not re.fullmatch(rf"\s*{_tag(use.name)}\s*", lines[use.line - 1]):
            found.append(Refusal("list_not_alone", {"line": use.line, "name": use.name}))
        if form is Form.LINK and not re.search(rf"{_tag(use.name)}{_ENDS}$", lines[use.line - 1]):
            found.append(Refusal("link_not_last", {"line": use.line, "name": use.name}))
    return found


def _tag(name: str) -> str:
    return rf"\{{\{{\s*{re.escape(name)}\s*\}}\}}"
