"""Mails that people pass on: what somebody else wrote is then what they want to show."""

from collections.abc import Iterator

from tests.incoming.corpus.languages import LANGUAGES
from tests.incoming.corpus.pieces import Sample, mail, page, several, text
from tests.incoming.corpus.replies import outlook_head

OTHERS = "The contractor dug up our field."


def samples() -> Iterator[Sample]:
    """Yield what people pass on, within their mail and attached to it."""
    for code, language in LANGUAGES.items():
        below = f"---------- {language.forwarded} ---------\n{outlook_head(language)}\n\n{OTHERS}"
        alone = mail(text(f"\n{below}\n"), subject="Fwd: Field")
        yield Sample(f"{code}-gmail-forward-alone", alone, shown=below)
        with_words = mail(text(f"{language.own}\n\n{below}\n"), subject="Fwd: Field")
        yield Sample(f"{code}-gmail-forward-with-words", with_words, shown=f"{language.own}\n\n{below}")
        apple = f"{language.begin_forward}\n\n> {language.outlook[0]}: A neighbour\n> \n> {OTHERS}"
        yield Sample(
            f"{code}-apple-forward",
            mail(text(f"{language.own}\n\n{apple}\n"), subject="Fwd: Field"),
            text_has=(OTHERS,),
        )
    outlook = f"See below.\n\n{outlook_head(LANGUAGES['de'])}\n\n{OTHERS}"
    for prefix in ("Fwd", "FW", "WG", "TR", "RV", "ENC", "转发"):
        subject = f"{prefix}: Field" if prefix.isascii() else "=?utf-8?b?6L2s5Y+ROiDlnLDlnZc=?="
        yield Sample(f"outlook-forward-{prefix}", mail(text(outlook), subject=subject), shown=outlook)
    yield from _attached()


def _attached() -> Iterator[Sample]:
    inner = mail(text(OTHERS), subject="Our field", **{"from": "A neighbour <neighbour@example.net>"})
    attached = b"Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n" + inner
    both = several([text("Please read this."), attached])
    yield Sample("attached-forward", mail(both), shown=f"Please read this.\n\nOur field\n\n{OTHERS}")
    yield Sample("attached-forward-alone", mail(several([attached])), shown=f"Our field\n\n{OTHERS}")
    digest = several([b"\r\n" + inner, b"\r\n" + inner.replace(b"field", b"well")], kind="digest")
    yield Sample("digest", mail(digest), text_has=(OTHERS, "Our well"))
    html = (
        "<div dir=ltr>Please read.</div><div class=gmail_quote><div class=gmail_attr>---------- "
        "Forwarded message ---------"
        f"<br>From: A neighbour</div><p>{OTHERS}</p></div>"
    )
    yield Sample(
        "gmail-html-forward", mail(page(html), subject="Fwd: Field"), text_has=(OTHERS,), shown_lacks=("<div",)
    )
    unnamed = mail(page(html), subject="Look at this")
    yield Sample(
        "gmail-html-forward-under-another-subject",
        unnamed,
        shown=f"Please read.\n---------- Forwarded message ---------\nFrom: A neighbour\n\n{OTHERS}",
    )
