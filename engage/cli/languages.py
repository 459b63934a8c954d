"""The command that collects the texts of the pages, writes the pseudo-language, and compiles every catalogue."""

import os
import tomllib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from engage.cli.group import group
from engage.cli.pseudo import pseudo, pseudo_template

ROOT = Path(__file__).parents[2]
TRANSLATIONS = ROOT / "translations"
MAILS = ROOT / "templates" / "email"
PSEUDO = "ar@pseudo"
_MARKS = {**DEFAULT_KEYWORDS, "lazy_gettext": None, "lazy_ngettext": (1, 2), "_l": None}
# What people read of engage/data: in a file of labels, whatever stands under one of these names.
_LABELS = ("label", "hint", "note", "criteria")

Message = tuple[int, str, str | tuple[str, ...], list[str]]


@group.command("languages", with_appcontext=False)
def write_languages() -> None:
    """Collect the texts of pages, write the pseudo-language and its mails, and compile every catalogue."""
    click.echo(write_all())


def write_all() -> str:
    """Write everything that is made from the texts, and return what was done in one line."""
    texts = collected()
    template, pseudo_file = BytesIO(), BytesIO()
    write_po(template, texts, sort_by_file=True, width=0)
    write_po(pseudo_file, pseudo_catalogue(texts), no_location=True, width=0)
    _put(TRANSLATIONS / "messages.pot", template.getvalue())
    _put(TRANSLATIONS / PSEUDO / "LC_MESSAGES" / "messages.po", pseudo_file.getvalue())
    mails = _write_mails()
    compiled = [_compile(path) for path in sorted(TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"))]
    return f"{len(texts)} texts, {mails} mail templates in {PSEUDO}, {len(compiled)} catalogues compiled."


def collected() -> Catalog:
    """Return every text of the pages: Python, templates, and the labels of engage/data."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]  # - Babel left it untyped
    catalogue = Catalog(project="engage", charset="utf-8", fuzzy=False)
    for name, line, message, comments, context in extract_from_dir(
        str(ROOT), methods, options, keywords=_MARKS, comment_tags=("Translators:",), strip_comment_tags=True
    ):
        catalogue.add(message, None, [(name, line)], auto_comments=comments, context=context)
    return catalogue


def labels_in(file: IO[bytes], _keywords: object, _tags: object, options: object) -> Iterator[Message]:
    """Yield the texts of one file of engage/data, as Babel asks an extractor to."""
    for text in _texts(tomllib.loads(file.read().decode("utf-8")), is_label=False):
        yield 1, "gettext", text, []


def _texts(value: Any, *, is_label: bool) -> Iterator[str]:
    match value:
        case str() if is_label:
            yield value
        case list():
            for item in value:
                yield from _texts(item, is_label=is_label)
        case dict():
            for name, item in value.items():
                yield from _texts(item, is_label=is_label or name in _LABELS)


def pseudo_catalogue(texts: Catalog) -> Catalog:
    """Return the catalogue of the pseudo-language: every text, every plural form, with the forms Arabic has."""
    made = Catalog(locale="ar", project="engage", charset="utf-8", fuzzy=False)
    for message in texts:
        if not message.id:
            continue
        made.add(message.id, _said(message.id, made.num_plurals), list(message.locations), context=message.context)
    return made


def _said(text: str | tuple[str, ...] | list[str], forms: int) -> str | tuple[str, ...]:
    if isinstance(text, str):
        return pseudo(text)
    one, many = (pseudo(form) for form in text[:2])
    return tuple(one if form == 1 else many for form in range(forms))  # Arabic: the form of one is its second


def _write_mails() -> int:
    """Write each English mail template in the pseudo-language, and remove those whose English is gone."""
    twins = {path.parents[1] / PSEUDO / path.name: path for path in sorted(MAILS.glob("*/en/*"))}
    for old in set(MAILS.glob(f"*/{PSEUDO}/*")) - set(twins):
        old.unlink()
    for twin, source in twins.items():
        _put(twin, pseudo_template(source.read_text("utf-8"), PSEUDO).encode())
    return len(twins)


def _compile(path: Path) -> Path:
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(path.read_bytes())))
    _put(path.with_suffix(".mo"), compiled.getvalue())
    return path


def _put(path: Path, content: bytes) -> None:
    """Write a file at once or not at all: a service or a test may be reading the old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    own = path.with_name(f".{path.name}.{os.getpid()}")
    own.write_bytes(content)
    own.replace(path)
