"""Reading of a gateway's recipe, engage/data/gateways/*.toml or a file of the operator's."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlsplit

from engage.domain.gateways import (
    PLACES,
    TEXT,
    TO,
    Answering,
    Authentication,
    BodyFormat,
    Meaning,
    Receiving,
    Recipe,
    Reporting,
    Scheme,
    Sending,
    Signing,
)
from engage.domain.sections import Section

_METHODS = ("POST", "PUT")
_Word = TypeVar("_Word", bound=StrEnum)


def read_gateway(raw: object, file: str) -> Recipe:
    """Return the recipe of a parsed file.

    Raises:
        BadCatalogue: something is missing, unknown or cannot work; the text names the key and the remedy.
    """
    section = Section(file, raw)
    recipe = Recipe(
        section.text("name"),
        _sending(section.section("send")),
        _answering(section.section("answer")),
        _reporting(section.section("status")),
        _receiving(section.section("inbound")),
        _signing(section.section("signature")),
    )
    section.finish()
    return recipe


def _sending(section: Section) -> Sending:
    method, url = section.text("method"), section.text("url")
    if method not in _METHODS:
        raise section.bad("method", f"{method!r} is not one we send by", f"Use one of: {', '.join(_METHODS)}.")
    if urlsplit(url).scheme != "https" and urlsplit(url).hostname not in ("127.0.0.1", "localhost"):
        raise section.bad("url", "is not https, so numbers could be read on the way", "Use the https address.")
    authentication = _word(section, "authentication", Authentication)
    header = section.text("authentication_header") if authentication is Authentication.HEADER else ""
    headers, body = _texts(section, "headers"), _texts(section, "body")
    for place in (TO, TEXT):
        if not any(f"{{{place}}}" in value for value in (*body.values(), url)):
            raise section.bad("body", f"holds no {{{place}}}", "Put it where the gateway reads it.")
    _refuse_unknown_places(section, (url, *headers.values(), *body.values()))
    found = Sending(method, url, _word(section, "format", BodyFormat), authentication, header, headers, body)
    section.finish()
    return found


def _refuse_unknown_places(section: Section, texts: Iterable[str]) -> None:
    for text in texts:
        for part in text.split("{")[1:]:
            name, closing, _ = part.partition("}")
            if closing and name.isidentifier() and name not in PLACES:
                raise section.bad("body", f"{{{name}}} is nothing we can fill in", f"Use: {', '.join(PLACES)}.")


def _answering(section: Section) -> Answering:
    found = Answering(
        _optional(section, "id"),
        _optional(section, "state"),
        _optional(section, "code"),
        _meanings(section, "codes"),
        _meanings(section, "states"),
        _meanings(section, "statuses"),
    )
    section.finish()
    return found


def _meanings(section: Section, key: str) -> Mapping[str, Meaning]:
    if not section.has(key):
        return {}
    inner = section.section(key)
    return {value: Meaning(name) for name in inner.keys() for value in _listed(inner, name)}


def _listed(section: Section, name: str) -> tuple[str, ...]:
    if name not in set(Meaning):
        raise section.bad(name, "is no meaning of an answer", f"Use: {', '.join(Meaning)}.")
    return section.codes(name)


def _reporting(section: Section) -> Reporting:
    found = Reporting(
        section.text("id"),
        section.text("state"),
        _optional(section, "reason"),
        section.codes("arrived"),
        section.codes("failed"),
    )
    for key, words in (("arrived", found.arrived), ("failed", found.failed)):
        if not words:
            raise section.bad(key, "is empty", "Name the states by which the gateway says so.")
    section.finish()
    return found


def _receiving(section: Section) -> Receiving:
    found = Receiving(section.text("id"), section.text("from"), section.text("text"))
    section.finish()
    return found


def _signing(section: Section) -> Signing:
    scheme = _word(section, "scheme", Scheme)
    header, argument = _optional(section, "header"), _optional(section, "argument")
    if not header and not (scheme is Scheme.TOKEN and argument):
        raise section.bad("header", "is missing", "Name the header that carries the signature.")
    found = Signing(
        scheme,
        header,
        argument,
        _optional(section, "prefix"),
        section.flag("hexadecimal"),
        _optional(section, "time_header"),
    )
    section.finish()
    return found


def _word(section: Section, key: str, words: type[_Word]) -> _Word:
    value = section.text(key)
    if value not in set(words):
        raise section.bad(key, f"{value!r} is not known", f"Use one of: {', '.join(words)}.")
    return words(value)


def _optional(section: Section, key: str) -> str:
    return section.text(key) if section.has(key) else ""


def _texts(section: Section, key: str) -> Mapping[str, str]:
    if not section.has(key):
        return {}
    inner = section.section(key)
    return {name: inner.text(name) for name in inner.keys()}
