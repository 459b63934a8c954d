"""Sums of money as people write them, read and written in the reader's language."""

import re
import unicodedata
from decimal import Decimal

from babel.numbers import NumberFormatError, format_currency, format_decimal, get_currency_precision, parse_decimal
from flask import Flask

from engage.domain.money import Money
from engage.web import locale

_LONGEST = 30  # figures and signs; ours
_SHAPE = re.compile(r"-?\d[\d.,]*")
_ONE_GROUP = re.compile(r"-?[1-9]\d{0,2}[.,]\d{3}")
_THOUSANDTHS = 3  # decimals
# What can mean one thing only, wherever one comes from: the whole, and the decimals.
_MEANT = (
    re.compile(r"(-?\d{1,3}(?:,\d{3})+)\.(\d+)"),
    re.compile(r"(-?\d{1,3}(?:\.\d{3})+),(\d+)"),
    re.compile(r"(-?\d{1,3}(?:,\d{3}){2,})()"),
    re.compile(r"(-?\d{1,3}(?:\.\d{3}){2,})()"),
    re.compile(r"(-?\d+)[.,](\d{1,2})"),
)


def read_amount(text: str, currency: str) -> Decimal | None:
    """Return the sum that was written, or None where it cannot be told what was meant.

    The reader's language decides what points and commas mean: 1,250 is twelve hundred and fifty in English. Beside it,
    what can mean only one thing is understood in every language: 1.250,50 and 84,5. Spaces and apostrophes between
    figures, and the figures of any script, are understood. What somebody from elsewhere may have meant as a thousand
    times as much, like 1.250 in English, is not: unless the currency has thousandths.
    """
    figures = "".join(_plain_sign(sign) for sign in text if not sign.isspace() and sign not in "'’")
    if len(figures) > _LONGEST or not _SHAPE.fullmatch(figures):
        return None
    try:
        found = Decimal(parse_decimal(figures, locale=locale.code(), strict=True))
    except NumberFormatError:
        return _in_any_language(figures)
    may_be_thousands = _ONE_GROUP.fullmatch(figures) is not None and "." in f"{found:f}"
    return None if may_be_thousands and get_currency_precision(currency) < _THOUSANDTHS else found


def _plain_sign(sign: str) -> str:
    """Figures of any script, and the point and comma of Arabic script, as those of this one."""
    known = {"٫": ".", "٬": ",", "−": "-"}
    return known.get(sign) or str(unicodedata.decimal(sign, sign))


def _in_any_language(figures: str) -> Decimal | None:
    found = next((match for meant in _MEANT if (match := meant.fullmatch(figures))), None)
    if found is None:
        return None
    whole, decimals = found.groups()
    return Decimal(f"{re.sub('[.,]', '', whole)}.{decimals or 0}")


def written_amount(money: Money) -> str:
    """Write a sum without its currency, as `read_amount` reads it in the same language."""
    return str(format_decimal(money.amount, locale=locale.code(), decimal_quantization=False))


def written(money: Money) -> str:
    """Write a sum with its currency: RSD 84,000.00."""
    return str(format_currency(money.amount, money.currency, locale=locale.code()))


def init_app(app: Flask) -> None:
    """Give templates the filter."""
    app.add_template_filter(written, "money")
