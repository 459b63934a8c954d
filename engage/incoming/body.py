"""The words and the files of a mail that was taken apart."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from engage.incoming import armour, charsets, headers, page, quotes, tnef
from engage.incoming.attached import Attached, safe_name
from engage.incoming.parts import Part, Taken, take_apart

TEXT_CHARACTERS = page.TEXT_CHARACTERS
# Ours: bytes of words that are read in all parts together, so that ninety parts take no longer than one.
_TEXT_BYTES = 4 * TEXT_CHARACTERS
MOST_FILES = 200

_AS_WORDS = ("text/plain", "text/html", "text/enriched", "text/richtext", "text/markdown", "text/x-markdown")
_AS_HTML = ("text/html", "text/enriched", "text/richtext")
_SIGNATURES = ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")
_SMIME = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_TNEF = ("application/ms-tnef", "application/vnd.ms-tnef")
# Parts that say something about the mail and are no file of it.
_ABOUT = (
    "message/rfc822", "message/delivery-status", "message/global-delivery-status", "message/disposition-notification",
    "message/feedback-report", "text/rfc822-headers", "message/global-headers", "message/external-body",
    "application/pgp-encrypted", "text/x-amp-html",
)  # fmt: skip
# Ours: "To view the message, please use an HTML compatible email viewer!", in any language; forms on pages write so.
_LONGEST_STAND_IN = 300
_WORD = re.compile(r"\w{4,}")
_BINARY = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")


@dataclass(slots=True)
class Body:
    """What a mail holds. `text` is all of it, `shown` what its writer wrote; `shown` is only empty when `text` is."""

    text: str = ""
    shown: str = ""
    files: list[Attached] = field(default_factory=list)
    troubles: dict[str, None] = field(default_factory=dict)  # codes in the order in which they were met
    room: int = _TEXT_BYTES  # bytes of words that may still be read

    def take(self, content: bytes) -> bytes:
        """Return as much of some words as there is room for."""
        taken = content[: self.room]
        self.room -= len(taken)
        if len(taken) < len(content):
            self.troubles["cut_text"] = None
        return taken


@dataclass(frozen=True, slots=True)
class _Piece:
    """Words of one part: in full, and without what HTML marks as quoted; `within`: of a mail within."""

    text: str
    own: str
    is_html: bool
    within: bool
    is_flowed: bool = False


def body_of(raw: bytes, taken: Taken, known: quotes.Known) -> Body:
    """Return the words and the files of a mail; `known` is what its head says."""
    body = Body()
    pieces = list(_pieces(raw, taken, body, inner=False))
    forward = quotes.is_forward_subject(known.subject)
    own = [piece for piece in pieces if not piece.within]
    passed_on = [piece.text for piece in pieces if piece.within]
    body.text = _cut("\n\n".join(piece.text for piece in pieces), body)
    first = "\n\n".join(piece.text if forward else piece.own for piece in own)
    known = replace(
        known,
        forward=forward,
        quotes_gone=not forward and any(piece.own != piece.text for piece in own),
        flowed=any(piece.is_flowed for piece in own),
    )
    shown = quotes.own_words(first[:TEXT_CHARACTERS], known) if first.strip() else ""
    if not shown.strip() and not passed_on:
        shown = body.text
    body.shown = (
        "\n\n".join(part for part in (shown.strip(), *passed_on) if part)[:TEXT_CHARACTERS].strip() or body.text
    )
    return body


def _cut(text: str, body: Body) -> str:
    text = text.strip("\n").rstrip()
    if len(text) > TEXT_CHARACTERS:
        body.troubles["cut_text"] = None
    return text[:TEXT_CHARACTERS].rstrip()


def _pieces(raw: bytes, taken: Taken, body: Body, *, inner: bool) -> Iterator[_Piece]:
    """Yield the words in the order of reading, and put the files into the body. `inner`: of a mail within a part."""
    chosen = _with_plain_words(raw, taken)
    said: dict[int, str] = {}  # in plain words, by the group of alternatives
    has_words = False
    for number, part in enumerate(taken.parts):
        if _is_returned(part):
            continue
        within = "message/rfc822" in part.inside
        if part.media_type == "message/rfc822":
            title = headers.read(raw, part.start, part.end).shown("subject")
            if title:
                yield _Piece(title, title, is_html=False, within=True)
        elif _is_words(part, number):
            plain = said.get(part.alternative, "")
            is_second = part.alternative in chosen and part.media_type in _AS_HTML
            piece = _more_than(plain, raw, part, body, within) if is_second else _worded(raw, part, body, within)
            if piece is None:
                continue
            said[part.alternative] = plain + piece.text
            has_words = has_words or bool(piece.text.strip())
            yield piece
        elif part.media_type in _SMIME and not inner:
            yield from _from_smime(raw, part, body)
        elif part.media_type in _TNEF or part.name.lower() == "winmail.dat":
            yield from _from_tnef(raw, part, body, has_words=has_words)
        else:
            _keep(raw, part, body)


def _is_returned(part: Part) -> bool:
    """Whether a part belongs to a mail of ours that a delivery report brings back."""
    if "multipart/report" not in part.inside:
        return False
    below = part.inside[part.inside.index("multipart/report") :]
    return "message/rfc822" in below or part.media_type == "message/rfc822"


def _is_words(part: Part, number: int) -> bool:
    if part.media_type not in _AS_WORDS or part.disposition == "attachment":
        return False
    return not part.name or number == 0 or (part.media_type == "text/html" and bool(part.alternative))


def _with_plain_words(raw: bytes, taken: Taken) -> set[int]:
    """Return the groups of alternatives that say in plain text what they say in HTML."""
    return {
        part.alternative
        for number, part in enumerate(taken.parts)
        if part.media_type == "text/plain" and part.alternative and _is_words(part, number)
        if part.content(raw)[:_TEXT_BYTES].strip()
    }


def _more_than(plain: str, raw: bytes, part: Part, body: Body, within: bool) -> _Piece | None:
    """Return the words of an HTML part, None where the plain ones beside it say most of them and are no stand-in."""
    if len(plain) > _LONGEST_STAND_IN:
        return None
    piece = _worded(raw, part, body, within)
    words = set(_WORD.findall(piece.own.casefold()))
    missing = words - set(_WORD.findall(plain.casefold()))
    return piece if 2 * len(missing) > len(words) else None


def _worded(raw: bytes, part: Part, body: Body, within: bool) -> _Piece:
    content = body.take(part.content(raw))
    text, as_declared = charsets.words(content, part.parameters.get("charset", ""))
    if not as_declared:
        body.troubles["wrong_charset"] = None
    if part.media_type in _AS_HTML:
        if len(text) > page.HTML_CHARACTERS:
            body.troubles["cut_text"] = None
        return _Piece(page.text_of(text, quotes=True), page.text_of(text, quotes=False), is_html=True, within=within)
    if len(_BINARY.findall(content[:2_000].decode("latin-1"))) * 10 > len(content[:2_000]) and not text.isprintable():
        return _Piece("", "", is_html=False, within=within)
    bare = armour.bare(text)
    if bare.signed:
        body.troubles["signed"] = None
    if bare.sealed:
        body.troubles["encrypted"] = None
        body.files.append(Attached("message.asc", "application/pgp-encrypted", bare.sealed.encode()))
    text = bare.text
    is_flowed = part.parameters.get("format", "").lower() == "flowed"
    if is_flowed:
        text = unflowed(text, joined=part.parameters.get("delsp", "").lower() == "yes")
    return _Piece(text, text, is_html=False, within=within, is_flowed=is_flowed)


def unflowed(text: str, *, joined: bool) -> str:
    """Return a flowed text with its paragraphs in one line each (RFC 3676, 4.1); `joined` is its DelSp.

    A mark that somebody typed keeps the space before it, by which it is no quote's.
    """
    lines: list[tuple[int, list[str]]] = []
    flowing = False
    for line in text.split("\n"):
        bare = line.lstrip(">")
        depth = len(line) - len(bare)
        bare = bare if bare.startswith(" >") and not depth else bare.removeprefix(" ")
        flows = bare.endswith(" ") and bare != "-- "
        words = bare[:-1] if flows and joined else bare
        if flowing and lines[-1][0] == depth and bare != "-- ":
            lines[-1][1].append(words)
        else:
            lines.append((depth, [words]))
        flowing = flows
    return "\n".join(f"{'>' * depth}{' ' if depth else ''}{''.join(words)}" for depth, words in lines)


def _from_smime(raw: bytes, part: Part, body: Body) -> Iterator[_Piece]:
    """Read what is only signed; what is sealed stays a file."""
    content = part.content(raw)
    within = armour.signed_content(content)
    if within is not None:
        body.troubles["signed"] = None
        taken = take_apart(within)
        body.troubles.update(dict.fromkeys(taken.troubles))
        yield from _pieces(within, taken, body, inner=True)
        return
    sealed = armour.is_sealed(content, part.parameters.get("smime-type", "").lower())
    body.troubles["encrypted" if sealed else "signed"] = None
    _keep(raw, part, body)


def _from_tnef(raw: bytes, part: Part, body: Body, *, has_words: bool) -> Iterator[_Piece]:
    body.troubles["winmail"] = None
    found = tnef.unpacked(part.content(raw))
    if found is None or not (found.files or found.text or found.html):
        _keep(raw, part, body)
        return
    for file in found.files[: max(0, MOST_FILES - len(body.files))]:
        body.files.append(file)
    if has_words:
        return
    if found.text:
        yield _Piece(found.text, found.text, is_html=False, within=False)
    elif found.html:
        markup = body.take(found.html.encode()).decode("utf-8", "ignore")
        yield _Piece(page.text_of(markup, quotes=True), page.text_of(markup, quotes=False), is_html=True, within=False)


def _keep(raw: bytes, part: Part, body: Body) -> None:
    """Put a part among the files, unless it only says something about the mail."""
    if part.media_type in _SIGNATURES:
        body.troubles["signed"] = None
        return
    if "multipart/encrypted" in part.inside:
        body.troubles["encrypted"] = None
    if part.media_type in _ABOUT and part.disposition != "attachment":
        return
    if len(body.files) >= MOST_FILES:
        body.troubles["too_many_files"] = None
        return
    body.files.append(Attached(safe_name(part.name, part.media_type), part.media_type, part.content(raw)))
