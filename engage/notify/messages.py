"""The messages there are and the words they were shipped with: engage/data/messages.toml and templates/email/."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from engage.domain.message_checks import Words
from engage.domain.message_words import Nodes, read
from engage.domain.messages_file import MessageTable, read_messages

TEMPLATES = Path(__file__).parents[2] / "templates"
FALLBACK = "en"
_FILE = Path(__file__).parents[1] / "data" / "messages.toml"


@cache
def table() -> MessageTable:
    """Return what each message may say; read once per process."""
    return read_messages(_document())


def sample() -> dict[str, Any]:
    """Return values of nobody, to try words out with."""
    return dict(_document()["sample"])


def _document() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text("utf-8"))


def folder(message: str, locale: str) -> Path:
    """Return where the shipped words of a message lie."""
    return TEMPLATES / "email" / message / locale


def candidates(locale: str) -> tuple[str, ...]:
    """Return the locales that are looked for, in order: the reader's, its language, English."""
    return tuple(dict.fromkeys((locale, locale.partition("@")[0].partition("_")[0], FALLBACK)))


def locale_of(message: str, locale: str) -> str:
    """Return the locale the message is written in: the reader's, else its language, else English.

    A message without words in the reader's locale goes out in English rather than not at all.
    """
    for candidate in candidates(locale):
        if (folder(message, candidate) / "body.txt").is_file():
            return candidate
    return FALLBACK


def locales() -> list[str]:
    """Return the locales in which we have blocks, and so in which words can be edited; English first."""
    found = {path.name for path in (TEMPLATES / "email" / "_blocks").iterdir() if path.is_dir()}
    return [FALLBACK, *sorted(found - {FALLBACK})]


def shipped(message: str, locale: str) -> Words:
    """Return the words a message was shipped with, in a locale that it is written in.

    Raises:
        FileNotFoundError: there is no such message, or not in this locale.
    """
    place = folder(message, locale)
    subject, body = ((place / name).read_text("utf-8").strip() for name in ("subject.txt", "body.txt"))
    sms = place / "sms.txt"
    return Words(subject, body, sms.read_text("utf-8").strip() if sms.is_file() else None)


@cache
def blocks(locale: str) -> Mapping[str, Nodes]:
    """Return the texts of ours in a locale, by name; read once per process."""
    found = sorted((TEMPLATES / "email" / "_blocks" / locale).glob("*.txt"))
    return MappingProxyType({path.stem: read(path.read_text("utf-8").strip()) for path in found})
