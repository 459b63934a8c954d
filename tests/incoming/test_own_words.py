"""What a person wrote themselves is shown, though it looks like a greeting, a signature or an earlier mail."""

import pytest

from engage.incoming import quotes
from engage.incoming.mail import read
from engage.incoming.quotes import Known
from tests.incoming.corpus.pieces import OWN_ADDRESSES, OWN_DOMAINS, OWN_MARK, mail, page, several, text

FIRST = {"in_reply_to": None, "references": None}
STATEMENT = (
    "Here is our statement.\n\nFrom: Village committee\nTo: The mine\nDate: 3 May 2026\nSubject: Dust\n\n"
    "The dust kills our goats."
)
THEY_ANSWERED = (
    "Good morning.\n\nOn 3.3.2026 I wrote to office@mine.example and they answered:\nWe do nothing for you.\n"
    "Since then they beat my son."
)
WHOLE = {
    "a-threat-behind-a-greeting": "The water is brown.\n\nThanks,\nMaria\n\nPS: They threatened to kill me.",
    "with-points": "The water is brown.\n\nRegards\nMaria\n\nP.S. They threatened to kill me",
    "right-below-the-name": "The water is brown.\n\nRegards\nMaria\nPS They threatened to kill me",
    "french": "L'eau est brune.\n\nCordialement\nAwa\n\nPS: Ils ont menacé mon fils",
    "spanish": "El agua es marrón.\n\nSaludos\nMaría\nP.D.: Amenazaron a mi hijo",
    "russian": "Вода бурая.\n\nС уважением\nМария\nЗ.Ы. Угрожали сыну",
    "help-behind-a-greeting": "The water is brown.\n\nBest regards\nMaria\n\nThey will come back at six, help",
    "a-sentence-behind-a-greeting": "The water is brown.\n\nThanks,\nplease come!",
    "what-an-office-answered": THEY_ANSWERED,
    "what-an-office-answered-at-the-end": "On 3.3.2026 I wrote to office@mine.example and they answered:",
    "a-statement": STATEMENT,
    "what-an-office-wrote-pasted": "See:\n\n-----Original Message-----\nFrom: office@mine.example\n\nWe do nothing.",
    "german": "Der Staub ist schlimm.\nVon meinem Feld ist nichts mehr da.",
    "german-by-phone": "Der Staub ist schlimm.\nVon meinem Telefon aus ging es nicht",
    "chinese": "灰尘很大。\n来自我的村庄的水是脏的。",
    "two-dashes": "The water is brown.\n\n--\nThe second thing: they threatened my son.\nPlease come.",
    "two-dashes-and-many-lines": "Broken:\n--\nthe wall\nthe roof\nthe well\nthe road\nthe school",
    "a-number": "We counted.\n>50 goats died this week.",
    "numbers": "We counted.\n>50 goats died.\n>20 cows died.\n>=3 wells are dry.",
    "a-number-that-somebody-wrote": "The vet wrote on 3.3.2026:\n>50 goats died.",
    "one-mark": "It was like this:\n> boom\nand again.",
}


@pytest.mark.parametrize("words", WHOLE.values(), ids=WHOLE)
def test_a_persons_own_words_are_not_cut_out_of_what_they_write(words):
    for headers in (FIRST, {}):
        raw = mail(text(words), **headers)
        known = {"own_addresses": OWN_ADDRESSES, "own_domains": OWN_DOMAINS, "own_mark": OWN_MARK}
        for found in (read(raw), read(raw, **known)):
            assert found.shown.split() == words.split()


def own(words: str, **known: object) -> str:
    return quotes.own_words(words, Known(own_addresses=OWN_ADDRESSES, **known))


BLOCK = "Dust.\n\nFrom: {sender}\nSent: Monday\nTo: A resident\nSubject: {subject}\n\nOurs."


def test_the_head_of_our_mail_is_cut_by_our_address_by_its_subject_or_by_what_programs_make_bold():
    ours = BLOCK.format(sender="Concerns <Concerns+R7@Mine.example.net>", subject="x")
    assert own(ours) == "Dust."
    named = BLOCK.format(sender="Concerns", subject="There is news")
    assert own(named, answers_us=True, subject="RE: AW: There is news") == "Dust."
    bold = named.replace("From:", "*From:*")
    assert own(bold, answers_us=True, subject="Another") == "Dust."


def test_the_head_of_a_mail_that_may_be_anybodys_stays():
    named = BLOCK.format(sender="Concerns", subject="There is news")
    foreign = BLOCK.format(sender="office@mine.example", subject="There is news")
    assert own(named, subject="Re: There is news") == named
    assert own(named, answers_us=True, subject="Re: Other") == named
    assert own(named, answers_us=True, subject="Re:") == named
    assert own(foreign, answers_us=True, subject="Re: There is news") == foreign


def test_an_address_that_only_ends_or_begins_like_ours_is_not_ours():
    for address in ("x.concerns@mine.example.net", "concerns@mine.example.network", "concerns@x.mine.example.net"):
        words = f"Dust.\n\nOn 3.3.2026 {address} wrote:\nWe do nothing."
        assert own(words) == words


def test_what_somebody_passes_on_stays_whoever_wrote_it():
    assert own(THEY_ANSWERED, forward=True).split() == THEY_ANSWERED.split()
    assert own(f"{STATEMENT}\n\nRegards,\nMaria", forward=True).endswith("Regards,\nMaria")


def test_in_a_flowed_text_one_mark_is_a_quote_and_a_number_that_somebody_typed_is_none():
    flowed = text("Dust.\n >50 goats died.\n> We write to you.", more="; format=flowed")
    assert read(mail(flowed)).shown.split() == ["Dust.", ">50", "goats", "died."]


def test_what_a_page_says_that_quotes_nothing_stays():
    said = "On 3.3.2026 I wrote to office@mine.example and they answered:"
    for quote in ("", "<blockquote type=cite>Ours.</blockquote>"):
        shown = read(mail(page(f"<p>{said}</p><p>We do nothing.</p>{quote}"))).shown
        assert shown.split() == f"{said} We do nothing.".split()
    both = several([text("Dust."), page("<p>Dust.</p>")], "alternative")
    assert read(mail(both)).shown == "Dust."


SENT_FROM = (
    "Von meinem iPhone gesendet",
    "Von meinem Samsung Galaxy Smartphone gesendet.",
    "来自我的华为手机",
    "發自我的 iPhone",
    "發自我的手機",
    "從我的 iPhone 傳送",
)


@pytest.mark.parametrize("line", SENT_FROM)
def test_what_a_phone_writes_of_itself_goes(line):
    assert own(f"Dust.\n\n{line}") == "Dust."


def test_a_threat_below_a_signature_stays():
    assert own("The water is brown.\n\n-- \nMaria\nPS: they threatened my son").endswith("they threatened my son")


def test_a_short_signature_below_two_dashes_goes():
    assert own("Dust.\n\n--\nMaria Okello\n+254 711 223344") == "Dust."
