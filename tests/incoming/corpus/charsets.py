"""Words in charsets that are declared, not declared, or declared wrongly."""

from collections.abc import Iterator

from tests.incoming.corpus.pieces import Sample, mail, several, text

WRONG = frozenset({"wrong_charset"})
GERMAN = "Der Staub liegt überall auf der Straße, und die Häuser sind grau geworden. Wir möchten, dass das aufhört."
RUSSIAN = "Пыль лежит на дороге, и дома стали серыми. Мы хотим, чтобы это прекратилось как можно скорее."
CHINESE = "灰尘到处都是,房子变成了灰色。我们希望尽快停止。"


def declared(words: str, used: str, said: str | None) -> bytes:
    """Return a mail in one charset that declares another, or none."""
    line = f"Content-Type: text/plain; charset={said}\r\n" if said else ""
    return mail(line.encode() + b"Content-Transfer-Encoding: 8bit\r\n\r\n" + words.encode(used))


def samples() -> Iterator[Sample]:
    """Yield charsets."""
    right = {
        "utf-8": GERMAN, "iso-8859-1": GERMAN, "windows-1252": "“Staub” – 5 €", "koi8-r": RUSSIAN,
        "windows-1251": RUSSIAN, "gb2312": CHINESE,
        "big5": "灰塵到處都是", "shift_jis": "ほこりが多い", "iso-2022-jp": "ほこりが多い", "euc-kr": "먼지가 많다",
        "windows-1256": "الغبار في كل مكان",
        "iso-8859-9": "Toz her yerde, şikâyet", "windows-874": "ฝุ่น", "utf-16": GERMAN, "utf-7": GERMAN,
        "windows-1258": "Bui", "tis-620": "ฝุ่น",
    }  # fmt: skip
    for name, words in right.items():
        codec = {"windows-874": "cp874"}.get(name, name)
        yield Sample(f"charset-{name}", declared(words, codec, name), shown=words)
    yield Sample("utf-8-undeclared", declared(GERMAN, "utf-8", None), shown=GERMAN)
    yield Sample("utf-8-declared-as-ascii", declared(GERMAN, "utf-8", "us-ascii"), shown=GERMAN)
    yield Sample("utf-8-with-a-mark", declared(GERMAN, "utf-8-sig", None), shown=GERMAN)
    yield Sample("latin-1-declared-as-utf-8", declared(GERMAN, "latin-1", "utf-8"), shown=GERMAN, troubles=WRONG)
    yield Sample("latin-1-undeclared", declared(GERMAN, "latin-1", None), shown=GERMAN, troubles=WRONG)
    yield Sample("cyrillic-undeclared", declared(RUSSIAN, "cp1251", None), shown=RUSSIAN, troubles=WRONG)
    yield Sample("cyrillic-declared-as-utf-8", declared(RUSSIAN, "koi8-r", "utf-8"), shown=RUSSIAN, troubles=WRONG)
    yield Sample("utf-16-with-a-mark-undeclared", declared(GERMAN, "utf-16", None), shown=GERMAN, troubles=WRONG)
    yield Sample("utf-16-undeclared", declared(GERMAN, "utf-16-le", None), shown=GERMAN, troubles=WRONG)
    yield Sample(
        "utf-16-be-declared-as-latin-1", declared(GERMAN, "utf-16-be", "iso-8859-1"), shown=GERMAN, troubles=WRONG
    )
    for name in (
        "x-unknown",
        "unknown-8bit",
        "hex",
        "zlib",
        "idna",
        "punycode",
        "unicode_escape",
        "undefined",
    ):
        yield Sample(f"no-charset-{name}", declared(GERMAN, "utf-8", f'"{name}"'), shown=GERMAN, troubles=WRONG)
    yield Sample("nul-and-surrogates", declared("Du\0st \x07came.", "utf-8", "utf-8"), shown="Dust came.")
    surrogates = mail(
        b"Content-Type: text/plain; charset=utf-8\r\n\r\nDust \xed\xa0\x80 came over the river and the houses."
    )
    yield Sample("a-lone-surrogate-in-utf-8", surrogates, text_has=("came over the river",), troubles=WRONG)
    yield Sample("eight-bit-headers", mail(text("Staub"), subject="Staub überall"), subject="Staub überall")
    koi8 = mail(text(RUSSIAN, charset="koi8-r"), subject="SUBJECT").replace(b"SUBJECT", "Пыль".encode("koi8-r"))
    yield Sample("eight-bit-headers-in-the-charset-of-the-body", koi8, subject="Пыль", shown=RUSSIAN)
    subjects = {
        "cut-in-a-character": ("=?utf-8?b?w7w=?= =?utf-8?q?=C3?= =?utf-8?q?=BCber?=", "üüber"),
        "lower-case-hex": ("=?utf-8?q?=c3=bcber_all?=", "über all"),
        "with-language": ("=?utf-8*de?q?=C3=BCber?=", "über"),
        "unknown-charset": ("=?x-foo?q?Dust?=", "Dust"),
        "broken-base64": ("=?utf-8?b?RHVzd?=", "=?utf-8?b?RHVzd?="),
        "unclosed": ("=?utf-8?q?Dust", "=?utf-8?q?Dust"),
        "within-a-word": ("Re:=?utf-8?q?Dust?=!", "Re:Dust!"),
        "nul": ("=?utf-8?q?Du=00st?=", "Dust"),
        "newline": ("=?utf-8?q?Du=0Ast?=", "Du st"),
    }  # fmt: skip
    for name, (written, read) in subjects.items():
        yield Sample(f"subject-{name}", mail(text("Staub"), subject=written), subject=read)
    mixed = several([text(GERMAN, charset="latin-1"), text(RUSSIAN, charset="koi8-r")])
    yield Sample("two-charsets", mail(mixed), shown=f"{GERMAN}\n\n{RUSSIAN}")
