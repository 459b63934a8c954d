"""What is kept of a browser that signed in: two names, too coarse to tell one device from another."""

from dataclasses import dataclass
from datetime import timedelta

# Ours. A session ends so long after it began, however busy it is.
LONGEST_SESSION = timedelta(hours=12)

# The first that fits counts: Edge calls itself Chrome and Safari, too, an iPhone a Mac, and Android Linux.
_BROWSERS = (
    ("Edge", ("Edg",)),
    ("Firefox", ("Firefox/", "FxiOS/")),
    ("Chrome", ("Chrome/", "CriOS/")),
    ("Safari", ("Safari/",)),
)
_SYSTEMS = (
    ("Android", ("Android",)),
    ("iPhone", ("iPhone",)),
    ("iPad", ("iPad",)),
    ("Windows", ("Windows",)),
    ("macOS", ("Mac OS X",)),
    ("Linux", ("Linux",)),
)


@dataclass(frozen=True, slots=True)
class Browser:
    """Which browser on which system, by their names; empty where it is none of the usual ones."""

    name: str = ""
    system: str = ""


def browser_of(user_agent: str) -> Browser:
    """Return what is kept of a browser's description of itself, which is thrown away."""
    return Browser(_first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent))


def _first(known: tuple[tuple[str, tuple[str, ...]], ...], text: str) -> str:
    return next((name for name, signs in known if any(sign in text for sign in signs)), "")
