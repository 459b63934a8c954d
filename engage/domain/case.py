"""What a case is made of: the words that every layer uses for its facts."""

from enum import StrEnum

BY_TEXT = "sms"  # the channel of what came as a text message


class Kind(StrEnum):
    """What sort of thing was raised. Source: domain R18, R60."""

    GRIEVANCE = "grievance"
    QUESTION = "question"
    SUGGESTION = "suggestion"
    COMPLIMENT = "compliment"
    INFORMATION_REQUEST = "information_request"

    @property
    def takes_short_road(self) -> bool:
        """Whether an answer is all that is owed: everything but a grievance."""
        return self is not Kind.GRIEVANCE


class CaseClass(StrEnum):
    """How closely a case is kept. A restricted case exists for the focal point alone."""

    ORDINARY = "ordinary"
    CONFIDENTIAL = "confidential"
    RESTRICTED = "restricted"


class Identity(StrEnum):
    """What the person let us know of who they are."""

    NAMED = "named"
    CONFIDENTIAL = "confidential"
    ANONYMOUS = "anonymous"


class Road(StrEnum):
    """How the person wants to be reached."""

    DIRECT = "direct"
    CUSTODIAN = "custodian"
    RELAY = "relay"
    FACILITATOR = "facilitator"
    NONE = "none"


# Which contact roads are open to which identity. Source: product 5, first table.
ROADS: dict[Identity, tuple[Road, ...]] = {
    Identity.NAMED: (Road.DIRECT, Road.RELAY, Road.FACILITATOR, Road.NONE),
    Identity.CONFIDENTIAL: (Road.CUSTODIAN, Road.RELAY, Road.FACILITATOR, Road.NONE),
    Identity.ANONYMOUS: (Road.RELAY, Road.FACILITATOR, Road.NONE),
}


PORTAL = "portal"  # how an answer was given where the person gave it on their own page


class Writer(StrEnum):
    """Who a message is from: the person, our staff, or our staff to each other (a note)."""

    PERSON = "person"
    STAFF = "staff"
    NOTE = "note"


class Answer(StrEnum):
    """What the person says to a proposal."""

    ACCEPT = "accept"
    COUNTER = "counter"
    MEET = "meet"
    REFUSE = "refuse"


# A case filed under one of these moves to the restricted class at once, as does any case marked as
# harm to a child. Source: domain 3.5 floors and 5.4-5.5, product 6.
RESTRICTED_CATEGORIES = frozenset({"GBV"})
RESTRICTED_FACTS = frozenset({"sexual_violence", "child_harmed"})  # codes of engage/data/severity.toml
RESTRICTED_SUBCATEGORIES = frozenset({("CHI", "harm"), ("CHI", "child_labour")})


def class_of(identity: Identity, *, category: str | None, subcategory: str | None, harms_child: bool) -> CaseClass:
    """Return the class that a case with these facts belongs to."""
    if harms_child or category in RESTRICTED_CATEGORIES or (category, subcategory) in RESTRICTED_SUBCATEGORIES:
        return CaseClass.RESTRICTED
    if identity is Identity.CONFIDENTIAL:
        return CaseClass.CONFIDENTIAL
    return CaseClass.ORDINARY
