"""Mails that are written as HTML, alone or beside plain text."""

from collections.abc import Iterator

from tests.incoming.corpus.languages import LANGUAGES, SITE
from tests.incoming.corpus.pieces import Sample, mail, page, several, text

PIXEL = '<img src="https://example.net/open?id=1" width=1 height=1>'


def samples() -> Iterator[Sample]:
    """Yield the quotes of each program, and what HTML may hide."""
    for code in ("en", "de", "ar", "zh"):
        yield from _quotes(code)
    yield from _seen_and_unseen()
    yield from _beside_plain_text()


def _quotes(code: str) -> Iterator[Sample]:
    language = LANGUAGES[code]
    own, ours = f"<div>{language.own}</div>", f"<p>{language.ours}</p>"
    line = language.gmail.format(site=SITE).replace("<", "&lt;").replace(">", "&gt;")
    quotes = {
        "gmail": f'<div class="gmail_quote gmail_quote_container"><div class="gmail_attr">{line}</div>'
        f'<blockquote class="gmail_quote">{ours}</blockquote></div>',
        "apple": f'<div><blockquote type="cite"><div>{line}</div><br>{ours}</blockquote></div>',
        "thunderbird": f'<div class="moz-cite-prefix">{line}<br></div><blockquote type="cite" cite="mid:1">'
        f"{ours}</blockquote>",
        "yahoo": f'<div id="yahoo_quoted_123" class="yahoo_quoted"><div>{line}</div>{ours}</div>',
        "outlook-web": f'<hr tabindex="-1"><div id="divRplyFwdMsg"><b>From:</b> Concerns</div><div>{ours}</div>',
        "outlook": '<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3pt"><p><b>From:</b> '
        f"Concerns</p></div></div>{ours}",
        "outlook-phone": f'<div id="appendonsend"></div><hr><div><b>From:</b> Concerns</div>{ours}',
    }
    for program, quote in quotes.items():
        name = f"html-{code}-{program}"
        yield Sample(name, mail(page(own + quote)), shown=language.own, text_has=(language.ours,))
    below = f'<div class="moz-cite-prefix">{line}</div><blockquote type="cite">{ours}</blockquote><p>{language.own}</p>'
    yield Sample(f"html-{code}-below", mail(page(below)), shown=language.own)
    between = (
        f'<blockquote type="cite">{ours}</blockquote><p>{language.own}</p><blockquote type="cite">'
        f"?</blockquote><p>{language.second}</p>"
    )
    yield Sample(f"html-{code}-between", mail(page(between)), shown=f"{language.own}\n\n{language.second}")


def _seen_and_unseen() -> Iterator[Sample]:
    hidden = (
        f"<style>p{{}}</style><script>alert(1)</script><p>Dust.</p>{PIXEL}<div style='display:none'>"
        "Preview</div><p hidden>Not this</p>"
    )
    yield Sample(
        "html-hidden", mail(page(hidden)), shown="Dust.", text_lacks=("alert", "Preview", "Not this", "open?id")
    )
    link = 'See <a href="https://example.org/photo?n=1">the photo</a> and <a href="javascript:alert(1)">this</a>.'
    yield Sample("html-link", mail(page(link)), shown="See the photo <https://example.org/photo?n=1> and this.")
    same = '<a href="https://example.org/">https://example.org</a>'
    yield Sample("html-link-that-says-itself", mail(page(same)), shown="https://example.org")
    table = "<table><tr><td>Monday</td><td>dust</td></tr><tr><td>Tuesday</td><td>noise</td></tr></table>"
    yield Sample("html-table", mail(page(table)), shown="Monday dust\nTuesday noise")
    listed = "<p>Broken:</p><ul><li>wall</li><li>roof</li></ul>"
    yield Sample("html-list", mail(page(listed)), text_has=("wall", "roof"))
    yield Sample(
        "html-entities",
        mail(page("<p>Wasser &amp; Stra&szlig;e &#8211; l&auml;rmig</p>")),
        shown="Wasser & Straße – lärmig",
    )
    yield Sample("html-empty", mail(page(PIXEL)), shown="", troubles=frozenset({"no_words"}))
    yield Sample("html-deep", mail(page("<div>" * 3_000 + "Deep words" + "</div>" * 3_000)), text_has=("Deep words",))
    bomb = (
        "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]>" + "&b;" * 100 + "<p>Words</p>"
    )
    yield Sample("html-entity-bomb", mail(page(bomb)), text_has=("Words",))
    many = "<div " + " ".join(f"a{number}=1" for number in range(30_000)) + ">Words</div>"
    yield Sample("html-many-attributes", mail(page(many)), shown="Words")
    wide = "<div style='padding-left:999999999em;margin-top:999999999em'>Words</div>"
    yield Sample("html-wide", mail(page(wide)), shown="Words")
    rich = text("<bold>Dust</bold> again", kind="text/enriched")
    yield Sample("enriched", mail(rich), shown="Dust again")


def _beside_plain_text() -> Iterator[Sample]:
    both = several([text("Dust in plain."), page("<p>Dust in HTML.</p>")], "alternative")
    yield Sample("alternative", mail(both), shown="Dust in plain.", text_lacks=("HTML",))
    empty = several([text(" \n"), page("<p>Dust in HTML.</p>")], "alternative")
    yield Sample("alternative-without-plain-words", mail(empty), shown="Dust in HTML.")
    related = several([page("<p>Dust.</p><img src=cid:1>"), _inline()], "related", "=_rel")
    pictures = several([text("Dust."), related], "alternative")
    yield Sample("alternative-with-pictures", mail(pictures), shown="Dust.", files=("dust.jpg",))
    apple = several([text("Before"), _inline(), text("After")])
    yield Sample("words-around-a-picture", mail(apple), shown="Before\n\nAfter", files=("dust.jpg",))
    amp = several(
        [text("Dust."), text("<html amp4email>", kind="text/x-amp-html"), page("<p>Dust.</p>")], "alternative"
    )
    yield Sample("alternative-with-amp", mail(amp), shown="Dust.")


def _inline() -> bytes:
    return (
        b'Content-Type: image/jpeg; name="dust.jpg"\r\nContent-ID: <1>\r\nContent-Disposition: '
        b'inline; filename="dust.jpg"\r\nContent-Transfer-Encoding: base64\r\n\r\n/9j/4AAQ\r\n'
    )
