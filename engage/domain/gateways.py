"""A gateway for text messages, described as data: what is asked of it, and what its answers and reports mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

# What a recipe may have filled in. Everything else between braces stays as it is.
TO, TEXT, FROM, USER, SECRET, NOTICE, STATUS_URL = "to", "text", "from", "user", "secret", "notice", "status_url"
PLACES = (TO, TEXT, FROM, USER, SECRET, NOTICE, STATUS_URL)
LONGEST_REASON = 40  # Ours: a code, not a sentence; sentences of gateways quote the number back.


class Authentication(StrEnum):
    """How we say who we are."""

    BASIC = "basic"  # user and secret, RFC 7617
    BEARER = "bearer"  # the secret, RFC 6750
    HEADER = "header"  # the secret in a header that the recipe names
    NONE = "none"  # the recipe puts what is needed into the request itself


class BodyFormat(StrEnum):
    """How values travel."""

    FORM = "form"
    JSON = "json"


class Scheme(StrEnum):
    """How a report says that it comes from the gateway and from nobody else."""

    HMAC_SHA1_URL = "hmac_sha1_url"  # over the address and the sorted values of the form
    HMAC_SHA256_BODY = "hmac_sha256_body"  # over the body as it came, after the time where the recipe names one
    TOKEN = "token"  # noqa: S105 - the name of a scheme: a shared secret in a header or a value of the address


class Meaning(StrEnum):
    """What an answer means for the message."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # for ever
    DEFERRED = "deferred"  # not now
    DOWN = "down"  # nothing can leave: our account, or the gateway itself


class Arrival(StrEnum):
    """What a report says that became of a message."""

    ARRIVED = "arrived"
    FAILED = "failed"
    ON_ITS_WAY = "on_its_way"


@dataclass(frozen=True, slots=True)
class Sending:
    """The request that hands a text over."""

    method: str
    url: str
    format: BodyFormat
    authentication: Authentication
    authentication_header: str
    headers: Mapping[str, str]
    body: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answering:
    """How the answer to it is read. Paths lead through tables by their keys, and through lists by places from 0.

    What says most counts: the gateway's own code, then its word for the state, then the number of the answer.
    """

    id: str
    state: str
    code: str
    codes: Mapping[str, Meaning]
    states: Mapping[str, Meaning]
    statuses: Mapping[str, Meaning]


@dataclass(frozen=True, slots=True)
class Reporting:
    """How a report on a message is read."""

    id: str
    state: str
    reason: str
    arrived: tuple[str, ...]
    failed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Receiving:
    """How a text that somebody sent us is read."""

    id: str
    sender: str
    text: str


@dataclass(frozen=True, slots=True)
class Signing:
    """How reports and texts are signed."""

    scheme: Scheme
    header: str
    argument: str  # of a token that travels in the address, because the gateway can set no header
    prefix: str
    is_hexadecimal: bool
    time_header: str


@dataclass(frozen=True, slots=True)
class Recipe:
    """One gateway."""

    name: str
    sending: Sending
    answering: Answering
    reporting: Reporting
    receiving: Receiving
    signing: Signing


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer came to: its meaning, the gateway's name for the message, and a reason in codes."""

    meaning: Meaning
    id: str | None
    reason: str


def filled(template: str, values: Mapping[str, str]) -> str:
    """Return the text with what is known filled in, once: what a value holds between braces stays as it is."""
    parts = template.split("{")
    found = [parts[0]]
    for part in parts[1:]:
        name, closing, rest = part.partition("}")
        found.append(values[name] + rest if closing and name in values else "{" + part)
    return "".join(found)


def at(path: str, values: object) -> str:
    """Return what stands at a path such as `messages.0.id`, as text; empty where nothing does."""
    if not path:
        return ""
    for step in path.split("."):
        if isinstance(values, Mapping):
            values = values.get(step)
        elif isinstance(values, list) and step.isdecimal() and int(step) < len(values):
            values = values[int(step)]
        else:
            return ""
    return "" if values is None or isinstance(values, Mapping | list) else str(values)


def judged(answering: Answering, status: int, answer: object) -> Verdict:
    """Return what an answer means. One that the recipe does not know by any sign is judged by its number alone:
    from 500 on the gateway is down, from 400 on the message is not taken now, below that it is."""
    code, state = at(answering.code, answer), at(answering.state, answer)
    known = answering.codes.get(code) or answering.states.get(state) or answering.statuses.get(str(status))
    meaning = known or _by_number(status)
    reason = " ".join(filter(None, (str(status), _code(code or state))))
    return Verdict(meaning, at(answering.id, answer) or None, reason)


def _by_number(status: int) -> Meaning:
    if status >= 500:
        return Meaning.DOWN
    return Meaning.ACCEPTED if 200 <= status < 300 else Meaning.DEFERRED


def arrival(reporting: Reporting, report: object) -> Arrival:
    """Return what a report says became of its message; a state that the recipe does not name is one on the way."""
    state = at(reporting.state, report)
    if state in reporting.arrived:
        return Arrival.ARRIVED
    return Arrival.FAILED if state in reporting.failed else Arrival.ON_ITS_WAY


def reason_of(reporting: Reporting, report: object) -> str:
    """Return why a message did not arrive, in codes alone."""
    return " ".join(filter(None, (_code(at(reporting.state, report)), _code(at(reporting.reason, report)))))


def _code(text: str) -> str:
    """The text if it is a code: one short word that is no number of a phone."""
    is_word = text.isascii() and text.replace("_", "").replace("-", "").isalnum() and len(text) <= LONGEST_REASON
    return text if is_word and sum(map(str.isdecimal, text)) < _LEAST_DIGITS_OF_A_PHONE else ""


_LEAST_DIGITS_OF_A_PHONE = 7  # Source: ITU-T E.164 has shorter ones nowhere with their country's number.
