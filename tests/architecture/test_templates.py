"""Every template that is named exists, and none of them says what a page must not say."""

import ast
import re

from tests.architecture.sources import ROOT, TEMPLATES, at, calls, service_files

RENDERERS = ("render_template", "render_page")
INLINE = re.compile(r"<(script(?![^>]*\bsrc=)|style)\b|\s(on[a-z]+|style)\s*=\s*[\"']", re.IGNORECASE)
ADDRESS = re.compile(r"(?:https?:)?//(?!www\.w3\.org/)[a-z0-9.-]+\.[a-z]{2,}", re.IGNORECASE)
NAMED = re.compile(r"{%-?\s*(?:extends|include|from|import)\s+[\"']([^\"']+)[\"']")

# The two part libraries bring their own templates, from their own packages.
FOREIGN = ("govuk_frontend_jinja/", "govuk_frontend_wtf/")


def pages() -> list[str]:
    found = (path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))
    return sorted(name for name in found if not name.startswith("email/"))


def test_every_rendered_template_is_a_file():
    missing = [
        f"{at(path, call)} {argument.value}"
        for path in service_files()
        for called, call in calls(path)
        if called.rpartition(".")[2] in RENDERERS
        for argument in call.args[:1]
        if isinstance(argument, ast.Constant) and not (TEMPLATES / str(argument.value)).is_file()
    ]
    assert missing == []


def test_every_template_that_another_names_is_a_file():
    missing = [
        f"{path.relative_to(ROOT).as_posix()} {named}"
        for path in TEMPLATES.rglob("*")
        if path.is_file()
        for named in NAMED.findall(path.read_text(encoding="utf-8"))
        if not named.startswith(FOREIGN) and not (TEMPLATES / named).is_file()
    ]
    assert missing == []


def test_no_page_holds_inline_code_or_style():
    assert [page for page in pages() if INLINE.search((TEMPLATES / page).read_text(encoding="utf-8"))] == []


def test_no_page_names_an_address_outside():
    assert [page for page in pages() if ADDRESS.search((TEMPLATES / page).read_text(encoding="utf-8"))] == []


def test_every_mail_has_a_subject_and_a_text_in_every_language_it_is_written_in():
    incomplete = [
        f"{locale.relative_to(TEMPLATES).as_posix()}/{name}"
        for message in sorted((TEMPLATES / "email").iterdir())
        if message.is_dir() and not message.name.startswith("_")
        for locale in sorted(message.iterdir())
        for name in ("subject.txt", "body.txt")
        if not (locale / name).is_file()
    ]
    assert incomplete == []
