"""The pseudo-language: every text of the pages and mails, with everything in it that is no text left whole."""

import gettext
import io
import re

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, meta

from engage.cli import languages
from engage.cli.languages import MAILS, PSEUDO, ROOT, collected, labels_in, pseudo_catalogue
from engage.cli.pseudo import pseudo, pseudo_template
from engage.domain.message_words import asked, read

LETTERS = re.compile(r"[A-Za-z]{2,}")


@pytest.fixture(scope="module")
def texts():
    return collected()


@pytest.mark.parametrize(
    "kept",
    [
        "%(count)s",
        "%(num)d",
        "%%",
        "{name}",
        '<strong class="app-nowrap">',
        "</a>",
        "&nbsp;",
        "&#8217;",
        "a.b@example.org",
    ],
)
def test_what_is_no_word_stays_whole(kept):
    said = pseudo(f"Before {kept} after")
    assert kept in said
    assert not LETTERS.search(said.replace(kept, ""))


def test_words_keep_their_length_so_that_layouts_are_tried():
    assert len(pseudo("Raise a concern")) == len("Raise a concern")
    assert pseudo("Yes, no?") != "Yes, no?"


def test_jinja_in_a_mail_stays_whole_but_for_words_in_quotes():
    source = '{% extends "email/_layout/en/person.txt" %}{% set w = {"a": "a word"} %}'
    source += '<a href="{{ link }}" class="x">Go {{ n }}</a>'
    said = pseudo_template(source, PSEUDO)
    assert '{% extends "email/_layout/ar@pseudo/person.txt" %}' in said
    assert '{"a": "' in said and "a word" not in said
    assert '<a href="{{ link }}" class="x">' in said and "{{ n }}</a>" in said
    assert "Go" not in said


def test_pages_rules_and_labels_are_all_collected(texts):
    found = {message.id if isinstance(message.id, str) else message.id[0] for message in texts}
    assert {"Leave this page", "Raise a concern"} <= found  # templates
    assert {"received", "Nothing waits for approval."} <= found  # Python
    assert {"Drying wells", "Wells that dry up", "Water"} & found  # engage/data
    assert "%(num)d day" in found  # plural forms


def test_every_label_of_the_data_files_is_collected(texts):
    found = {message.id for message in texts}
    for path in (ROOT / "engage" / "data").glob("*.toml"):
        labels = {text for _, _, text, _ in labels_in(io.BytesIO(path.read_bytes()), (), (), {})}
        assert labels <= found
        assert len(labels) >= len(set(re.findall(r'\blabel = "(.*?)"', path.read_text("utf-8"))))


def test_the_pseudo_language_leaves_no_text_out_and_no_placeholder(texts):
    made = pseudo_catalogue(texts)
    placeholder = re.compile(r"%\(\w+\)[sd]")
    for message in texts:
        if not message.id:
            continue
        said = made.get(message.id, message.context).string
        forms = (said,) if isinstance(said, str) else said
        sources = (message.id,) if isinstance(message.id, str) else message.id
        assert all(forms)
        wanted = set(placeholder.findall(sources[-1]))
        assert all(set(placeholder.findall(form)) <= wanted for form in forms)


def test_plural_forms_are_chosen_by_the_rules_of_arabic(texts):
    file = io.BytesIO()
    write_po(file, pseudo_catalogue(texts))
    file.seek(0)
    compiled = io.BytesIO()
    write_mo(compiled, read_po(file))
    compiled.seek(0)
    said = gettext.GNUTranslations(compiled)
    one, many = pseudo("%(num)d day"), pseudo("%(num)d days")
    assert [said.ngettext("%(num)d day", "%(num)d days", n) for n in (0, 1, 2, 5, 11, 100)] == [many, one, *[many] * 4]


def test_every_english_mail_has_its_twin():
    languages.write_all()
    english = {path.relative_to(MAILS).as_posix() for path in MAILS.glob("*/en/*")}
    twins = {path.relative_to(MAILS).as_posix().replace(f"/{PSEUDO}/", "/en/") for path in MAILS.glob(f"*/{PSEUDO}/*")}
    assert english == twins != set()


def placeholders(path) -> list[str]:
    """What is filled in: in the frames around mails by Jinja, in their words by ours."""
    source = path.read_text("utf-8")
    if path.parents[1].name == "_layout":
        return sorted(meta.find_undeclared_variables(Environment().parse(source)))  # noqa: S701 - only parsed
    return sorted(name for name, _ in asked(read(source)))


def test_every_twin_can_be_read_and_keeps_what_is_filled_in():
    languages.write_all()
    for path in MAILS.glob("*/en/*"):
        twin = path.parents[1] / PSEUDO / path.name
        assert placeholders(path) == placeholders(twin), path
        tags = [re.findall(r"<[^>]*>", one.read_text("utf-8").replace(PSEUDO, "en")) for one in (path, twin)]
        assert sorted(tags[0]) == sorted(tags[1]), path


def test_the_styles_of_a_mail_stay_as_they_are():
    source = "<style>\n@media (prefers-color-scheme: dark) { a { color: red; } }\n</style>words"
    assert pseudo_template(source, PSEUDO).startswith(source.removesuffix("words"))
