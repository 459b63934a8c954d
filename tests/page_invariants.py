"""What holds for every HTML page that engage answers with, whatever the page is about."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from xml.etree.ElementTree import Element

import html5lib

CHECKS: list[Callable[[Element], Iterator[str]]] = []

# A control of these types shows its own name or shows nothing.
NEEDS_NO_LABEL = {"hidden", "submit", "button", "reset", "image"}

# Attributes that name other elements of the page by id.
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-errormessage", "headers")

# What a browser fetches by itself when it shows the page.
FETCHED = {"src", "srcset", "poster", "data", "action", "formaction", "background", "ping"}
OUTSIDE = re.compile(r"^\s*(?:[a-z][a-z0-9+.-]*:)?//|^\s*(?:data|blob|javascript|vbscript):", re.IGNORECASE)


def check(function: Callable[[Element], Iterator[str]]) -> Callable[[Element], Iterator[str]]:
    CHECKS.append(function)
    return function


def broken(html: str) -> list[str]:
    """Return what is wrong with a page, in words; an empty list for a sound one."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    page = parser.parse(html)
    found = [f"line {position[0]}: {code} {values}" for position, code, values in parser.errors]
    return found + [problem for one in CHECKS for problem in one(page)]


def broken_headers(headers: Mapping[str, str]) -> list[str]:
    """Return what is wrong with the headers that every HTML response carries."""
    policy = headers.get("Content-Security-Policy", "")
    found = []
    if "default-src 'none'" not in policy or "unsafe" in policy or "*" in policy:
        found.append(f"content security policy is not closed: {policy!r}")
    for header, value in (("Referrer-Policy", "no-referrer"), ("X-Content-Type-Options", "nosniff")):
        if headers.get(header) != value:
            found.append(f"{header} is {headers.get(header)!r}, not {value!r}")
    return found


def text(element: Element) -> str:
    return "".join(element.itertext()).strip()


def ids(page: Element) -> Counter[str]:
    return Counter(element.get("id", "") for element in page.iter() if element.get("id"))


@check
def language_and_direction_are_set(page: Element) -> Iterator[str]:
    if not page.get("lang"):
        yield "html has no lang"
    if page.get("dir") not in ("ltr", "rtl"):
        yield f"html has dir={page.get('dir')!r}"


@check
def the_title_says_something(page: Element) -> Iterator[str]:
    titles = [text(title) for title in page.findall("./head/title")]
    if len(titles) != 1 or not titles[0].strip(" -–|"):
        yield f"title is {titles}"


@check
def there_is_one_main_heading(page: Element) -> Iterator[str]:
    headings = [text(heading) for heading in page.iter("h1")]
    if len(headings) != 1 or not headings[0]:
        yield f"main headings: {headings}"


@check
def ids_are_unique(page: Element) -> Iterator[str]:
    yield from (f"id {name!r} is there {count} times" for name, count in ids(page).items() if count > 1)


@check
def what_is_referred_to_exists(page: Element) -> Iterator[str]:
    known = ids(page)
    for element in page.iter():
        named = [name for attribute in REFERENCES for name in (element.get(attribute) or "").split()]
        anchor = element.get("href") or ""
        if element.tag == "a" and anchor.startswith("#") and len(anchor) > 1:
            named.append(anchor[1:])
        yield from (f"{element.tag} refers to {name!r}, which is not there" for name in named if name not in known)


@check
def every_post_form_has_a_token(page: Element) -> Iterator[str]:
    for form in page.iter("form"):
        fields = {field.get("name"): field.get("value") for field in form.iter("input")}
        if (form.get("method") or "get").lower() == "post" and not fields.get("csrf_token"):
            yield f"form to {form.get('action')!r} has no csrf_token"


@check
def every_control_has_a_label(page: Element) -> Iterator[str]:
    labelled = {label.get("for") for label in page.iter("label") if text(label)}
    wrapped = {control for label in page.iter("label") if text(label) for control in label.iter()}
    for control in page.iter():
        if control.tag not in ("input", "select", "textarea") or control.get("type") in NEEDS_NO_LABEL:
            continue
        if control.get("aria-label") or control.get("aria-labelledby") or control in wrapped:
            continue
        if control.get("id") not in labelled:
            yield f"{control.tag} {control.get('name')!r} has no label"


@check
def every_button_and_link_has_a_name(page: Element) -> Iterator[str]:
    for element in page.iter():
        if element.tag not in ("a", "button") or (element.tag == "a" and not element.get("href")):
            continue
        pictured = any(image.get("alt") for image in element.iter("img"))
        if not (text(element) or pictured or element.get("aria-label") or element.get("aria-labelledby")):
            yield f"{element.tag} {element.get('href') or element.get('name')!r} has no name"


@check
def every_picture_has_words(page: Element) -> Iterator[str]:
    yield from (f"img {image.get('src')!r} has no alt" for image in page.iter("img") if image.get("alt") is None)


@check
def nothing_is_inline(page: Element) -> Iterator[str]:
    for element in page.iter():
        if element.tag == "style" or (element.tag == "script" and not element.get("src")):
            yield f"inline {element.tag}"
        for attribute in element.keys():
            if isinstance(attribute, str) and (attribute == "style" or attribute.startswith("on")):
                yield f"{element.tag} has {attribute}="


@check
def nothing_is_fetched_from_elsewhere(page: Element) -> Iterator[str]:
    for element in page.iter():
        for attribute, value in element.items():
            fetched = attribute in FETCHED or (attribute == "href" and element.tag in ("link", "base", "image", "use"))
            if fetched and OUTSIDE.match(value):
                yield f"{element.tag} {attribute}={value!r} is somebody else's"
        if (
            element.tag == "a"
            and OUTSIDE.match(element.get("href") or "")
            and "noreferrer" not in element.get("rel", "")
        ):
            yield f"link to {element.get('href')!r} without rel=noreferrer"
