"""Mails that are no mails, or that were damaged or built to do damage."""

import random
from collections.abc import Iterator

from engage.incoming.mail import LARGEST, MailKind
from tests.incoming.corpus.pieces import PERSON, Sample, file, head, mail, several, text

DUST = text("Dust.")
BAD_HEAD = frozenset({"bad_headers"})
BAD_BUILT = frozenset({"bad_structure"})


def samples() -> Iterator[Sample]:
    """Yield what is damaged."""
    yield from _no_mail()
    yield from _heads()
    yield from _bodies()
    yield from _deep()


def damaged(name: str, raw: bytes, why: str, *troubles: str) -> Sample:
    """Return what is no mail."""
    return Sample(name, raw, MailKind.DAMAGED, why, sender=None, troubles=frozenset(troubles))


def _no_mail() -> Iterator[Sample]:
    yield damaged("empty", b"", "empty", "bad_headers", "no_words")
    yield damaged("blank", b"\r\n\r\n \r\n", "empty", "bad_headers", "no_words")
    binary = random.Random(5).randbytes(4_000)
    yield Sample("binary", binary, MailKind.DAMAGED, "no_headers", sender=None, troubles=None)
    yield damaged("no-headers", b"\r\nDust.\r\n", "no_headers")
    yield damaged("words-alone", b"The dust came back.\r\nNobody called.\r\n", "no_headers", "bad_headers")
    yield damaged("nuls", bytes(5_000), "no_headers", "bad_headers", "no_words", "wrong_charset")
    yield damaged("headers-of-nothing", b"Foo: bar\r\n\r\nDust.\r\n", "no_headers")
    huge = mail(file("film.mp4", "video/mp4", bytes(LARGEST)))
    yield Sample("too-big", huge, shown="", troubles=frozenset({"too_big", "no_words"}))


def _heads() -> Iterator[Sample]:
    yield Sample("head-alone", head().encode(), shown="", troubles=frozenset({"no_words"}))
    yield Sample("head-and-blank-line", head().encode() + b"\r\n", shown="", troubles=frozenset({"no_words"}))
    yield Sample("mbox-line", b"From resident@example.org Mon Jan  5 10:00:00 2026\r\n" + mail(DUST), shown="Dust.")
    yield Sample("line-feeds-alone", mail(DUST).replace(b"\r\n", b"\n"), shown="Dust.")
    yield Sample("carriage-returns-alone", mail(DUST).replace(b"\r\n", b"\r"), shown="Dust.")
    mixed = mail(several([text("Dust."), text("Noise.")])).replace(b"\r\n", b"\n", 9)
    yield Sample("newlines-mixed", mixed, shown="Dust.\n\nNoise.")
    yield Sample("a-line-that-is-no-header", b"Hello there\r\n" + mail(DUST), shown="Dust.", troubles=BAD_HEAD)
    twice = mail(DUST, x_extra="a\r\nFrom: else@example.net\r\nSubject: Second")
    yield Sample("headers-twice", twice, shown="Dust.", subject="Re: Your concern", troubles=BAD_HEAD)
    long = mail(DUST, x_long="a" * 1_000_000)
    yield Sample("a-header-of-a-megabyte", long, troubles=None)
    many = mail(DUST, x_extra="\r\n".join(["1", *(f"X-{number}: y" for number in range(5_000))]))
    yield Sample("five-thousand-headers", many, troubles=None)
    folded = mail(DUST, subject="The dust\r\n\tcame\r\n  back")
    yield Sample("folded", folded, subject="The dust came back", shown="Dust.")
    spaced = mail(DUST).replace(b"From:", b"From :").replace(b"Subject:", b"sUBJECT:")
    yield Sample("spaces-and-capitals", spaced, subject="Re: Your concern", shown="Dust.")
    for date in (
        "Mon, 99 Jan 2026 10:00:00",
        "never",
        "Mon, 5 Jan 99999 10:00:00 +0000",
        "Mon, 5 Jan 2026 10:00:00 +9999",
        "Mon, 5 Jan 0001 10:00:00 -0000",
        "",
    ):
        yield Sample(f"date-{date or 'empty'}", mail(DUST, date=date), shown="Dust.")
    for name, sender in {
        "comment": "(a note) resident@example.org (another (nested))",
        "route": "<@a.example,@b.example:resident@example.org>",
        "quoted-comma": '"Resident, A" <resident@example.org>',
        "capitals": "resident@EXAMPLE.org",
        "unclosed": "A resident <resident@example.org",
        "two": "resident@example.org, other@example.net",
        "encoded-name": "=?utf-8?q?A_resident?= <resident@example.org>",
    }.items():
        yield Sample(f"from-{name}", mail(DUST, **{"from": sender}), sender=PERSON)
    parentheses = mail(DUST, **{"from": "(" * 20_000 + "resident@example.org"})
    yield Sample("from-in-many-comments", parentheses, why="no_sender", sender=None)


def _bodies() -> Iterator[Sample]:
    built = several([text("Dust."), file("a.jpg", "image/jpeg", b"\xff\xd8")])
    whole = mail(built)
    yield Sample("mime-cut-short", whole[:-40], shown="Dust.", files=("a.jpg",), troubles=BAD_BUILT)
    yield Sample(
        "boundary-not-declared",
        whole.replace(b' boundary="=_part"', b""),
        shown="Dust.",
        files=("a.jpg",),
        troubles=BAD_BUILT,
    )
    yield Sample(
        "boundary-wrongly-declared",
        whole.replace(b'boundary="=_part"', b'boundary="other"'),
        shown="Dust.",
        files=("a.jpg",),
        troubles=BAD_BUILT,
    )
    none = mail(b'Content-Type: multipart/mixed; boundary="x"\r\n\r\nNo parts at all.\r\n')
    yield Sample("no-parts", none, files=("file",), troubles=BAD_BUILT | {"no_words"})
    base64 = mail(b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nRHVz*d!C4=\r\nxxx")
    yield Sample("broken-base64", base64, text_has=("Dust.",), troubles=None)
    printable = mail(
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nDust=ZZ=2E=\r\n end="
    )
    yield Sample("broken-quoted-printable", printable, text_has=("Dust",))
    unknown = mail(b"Content-Type: text/plain\r\nContent-Transfer-Encoding: x-none\r\n\r\nDust.")
    yield Sample("unknown-encoding", unknown, shown="Dust.")
    kinds = {"nonsense": "nonsense", "empty": "", "slash": "/", "three": "a/b/c", "unknown": "text"}
    for name, value in kinds.items():
        yield Sample(f"type-{name}", mail(f"Content-Type: {value}\r\n\r\nDust.".encode()), shown="Dust.")
    no_blank = head().encode() + b"Dust came back."
    yield Sample("no-blank-line", no_blank, shown="Dust came back.", troubles=BAD_HEAD)
    many = mail(several([text(f"Part {number}") for number in range(1_000)]))
    yield Sample("a-thousand-parts", many, text_has=("Part 1",), troubles=frozenset({"too_many_parts"}))
    yield Sample("long-words", mail(text("Dust. " * 200_000)), text_has=("Dust.",), troubles=frozenset({"cut_text"}))


def _deep() -> Iterator[Sample]:
    deep = frozenset({"too_deep"})
    for depth in (50, 500, 5_000):
        yield Sample(f"multipart-{depth}-deep", mail(_nested(depth)), text_has=("Level 0", "Level 10"), troubles=None)
        within = b"Content-Type: message/rfc822\r\n\r\nSubject: Level\r\n" * depth + b"\r\nThe end."
        yield Sample(f"mails-within-mails-{depth}-deep", mail(within), text_has=("Level",), troubles=deep)
    yield Sample("multipart-10-deep", mail(_nested(10)), text_has=("Level 0", "Level 9"))


def _nested(depth: int) -> bytes:
    """Return parts within parts, each with words of its own."""
    begin = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n\r\nLevel %d\r\n--b%d\r\n' % ((level,) * 4)
        for level in range(depth)
    )
    end = b"".join(b"\r\n--b%d--" % level for level in reversed(range(depth)))
    return begin + b"\r\nThe end." + end
