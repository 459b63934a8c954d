"""Answers as people type them: above, below and between what they quote, in plain text."""

from collections.abc import Iterator

from tests.incoming.corpus.languages import LANGUAGES, SITE, Language
from tests.incoming.corpus.pieces import Sample, mail, quoted, text


def intro(line: str) -> str:
    """Return the line above a quote with our address in it, folded as programs fold it."""
    filled = line.format(site=SITE)
    at = filled.rfind(" ", 0, 76)
    return filled if len(filled) <= 78 else f"{filled[:at]}\n{filled[at + 1 :]}"


def outlook_head(language: Language) -> str:
    """Return the lines that Outlook repeats above the mail that is answered."""
    sender, sent, to, subject = language.outlook
    return f"{sender}: Concerns <{SITE}>\n{sent}: 5. 1. 2026 10:00\n{to}: A resident\n{subject}: Your concern"


def samples() -> Iterator[Sample]:
    """Yield answers of every language and program."""
    for code, language in LANGUAGES.items():
        yield from _above(code, language)
        yield from _below_and_between(code, language)
        yield from _signed(code, language)
    yield from _others()


def _above(code: str, language: Language) -> Iterator[Sample]:
    own = f"{language.own}\n\n{language.second}"
    for program in ("gmail", "apple", "thunderbird", "yahoo"):
        line = intro(getattr(language, program))
        yield Sample(
            f"{code}-{program}-above",
            mail(text(f"{own}\n\n{line}\n\n{quoted(language.ours)}\n")),
            shown=own,
            text_has=(language.ours,),
        )
    unquoted = f"{own}\n\n{intro(language.yahoo)}\n\n{language.ours}\n"
    yield Sample(f"{code}-yahoo-above-without-marks", mail(text(unquoted)), shown=own, text_has=(language.ours,))
    outlook = f"{own}\n\n________________________________\n{outlook_head(language)}\n\n{language.ours}\n"
    yield Sample(f"{code}-outlook-above", mail(text(outlook)), shown=own, text_has=(language.ours,))
    older = f"{own}\n\n-----{language.original}-----\n{outlook_head(language)}\n\n{language.ours}\n"
    yield Sample(f"{code}-older-outlook-above", mail(text(older)), shown=own, text_has=(language.ours,))


def _below_and_between(code: str, language: Language) -> Iterator[Sample]:
    for program in ("gmail", "apple", "thunderbird"):
        words = f"{intro(getattr(language, program))}\n{quoted(language.ours)}\n\n{language.own}\n"
        yield Sample(f"{code}-{program}-below", mail(text(words)), shown=language.own)
    between = f"{intro(language.thunderbird)}\n{quoted(language.ours)}\n\n{language.own}\n\n> ?\n\n{language.second}\n"
    yield Sample(f"{code}-between", mail(text(between)), shown=f"{language.own}\n\n{language.second}")


def _signed(code: str, language: Language) -> Iterator[Sample]:
    signed = f"{language.own}\n\n-- \nA resident\nHouse at the river\n"
    yield Sample(f"{code}-signature", mail(text(signed)), shown=language.own)
    phone = f"{language.own}\n\n{language.sent_from}\n\n{intro(language.apple)}\n\n{quoted(language.ours)}\n"
    yield Sample(f"{code}-sent-from", mail(text(phone)), shown=language.own)


def _others() -> Iterator[Sample]:
    own = "The dust came back."
    phone = f"{own}\n\nGet Outlook for phones<https://example.org>\n{'_' * 32}\n{outlook_head(LANGUAGES['en'])}\n\nOurs"
    yield Sample("outlook-phone", mail(text(phone)), shown=own)
    samsung = f"{own}\n\n-------- Original message --------\nFrom: Concerns <{SITE}>\n\nOurs"
    yield Sample("samsung", mail(text(samsung)), shown=own)
    apple = f"{own}\n\nSent from my phone\n\n> On 5 Jan 2026, at 10:00, Concerns wrote:\n> \n> Ours"
    yield Sample("apple-phone", mail(text(apple)), shown=own)
    netease = f'{own}\n\nAt 2026-01-05 10:00:00, "Concerns" <{SITE}> wrote:\nOurs'
    yield Sample("netease", mail(text(netease)), shown=own)
    qq = f"{own}\n\n------------------ 原始邮件 ------------------\n发件人: Concerns\n\nOurs"
    yield Sample("qq", mail(text(qq)), shown=own)
    bold = f"{own}\n\n*From:* Concerns\n*Sent:* Monday\n*To:* A resident\n*Subject:* Dust\n\nOurs"
    yield Sample("outlook-bold", mail(text(bold)), shown=own)
    yield Sample("greeting", mail(text(f"{own}\n\nKind regards,\nA resident\n")), shown=own)
    yield Sample(
        "greeting-de", mail(text("Es staubt.\n\nMit freundlichen Grüßen\nEine Anwohnerin\n")), shown="Es staubt."
    )
    sentence = f"{own}\nThanks, but the water is brown as well and nobody has come to look at it."
    yield Sample("a-sentence-that-begins-like-a-greeting", mail(text(sentence)), shown=sentence)
    listed = "These are broken:\n- the wall\n- the roof\n- the well"
    yield Sample("a-list-is-no-signature", mail(text(listed)), shown=listed)
    indonesian = "Debu di mana-mana.\nTak ada air bersih.\nKami menunggu."
    yield Sample("a-sentence-is-no-danish-greeting", mail(text(indonesian)), shown=indonesian)
    warning = "Warning: the blast was told by mail only.\nHouses shook."
    yield Sample("a-warning-is-no-disclaimer", mail(text(warning)), shown=warning)
    told = "On 5 January 2026 at 10:00 the guard wrote:\nyou may not pass.\nWe could not go home."
    yield Sample("a-sentence-is-no-line-above-a-quote", mail(text(told)), shown=told)
    form = "Date: 5 January 2026\nSubject: dust\nThe dust is in the well."
    yield Sample("a-form-is-no-outlook-head", mail(text(form)), shown=form)
    long = own + "\n\n-- \n" + "\n".join(f"{number}. house without water" for number in range(30))
    yield Sample(
        "what-follows-two-dashes-and-is-long-stays", mail(text(long)), text_has=("29. house",), shown_lacks=("-- ",)
    )
    only = f"{intro(LANGUAGES['en'].gmail)}\n> We write to you.\n"
    yield Sample("nothing-but-a-quote-is-shown-whole", mail(text(only)), shown=only.strip())
    flowed = "The dust came \nback on Monday.\n\n> We write to \n> you.\nAnd again on \nTuesday."
    yield Sample(
        "flowed",
        mail(text(flowed, more="; format=flowed")),
        shown="The dust came back on Monday.\n\nAnd again on Tuesday.",
        text_has=("> We write to you.",),
    )
    delsp = "灰尘又 \n来了。"
    yield Sample("flowed-without-spaces", mail(text(delsp, more="; format=flowed; delsp=yes")), shown="灰尘又来了。")
    deep = f"{own}\n\n> > older\n> old\n>>> oldest"
    yield Sample("quotes-within-quotes", mail(text(deep)), shown=own)
    no_references = mail(text(own), subject="Dust", in_reply_to=None, references=None)
    yield Sample("a-first-mail", no_references, shown=own, subject="Dust")
    encoded = mail(text("Staub überall", encoding="base64"), subject="=?utf-8?b?U3RhdWIgw7xiZXJhbGw=?=")
    yield Sample("base64-and-encoded-subject", encoded, shown="Staub überall", subject="Staub überall")
