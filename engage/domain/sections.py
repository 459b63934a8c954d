"""Strict reading of data files: what is missing, of the wrong type or unknown is refused by name, with the remedy."""

import re
from collections.abc import Collection, Iterator

_CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*|[A-Z]{3}")


class BadCatalogue(ValueError):
    """A data file cannot be used; the message names the file, the key and what to do."""

    def __init__(self, file: str, key: str, problem: str, remedy: str) -> None:
        super().__init__(f"{file}: {key}: {problem}. {remedy}")
        self.file = file
        self.key = key
        self.problem = problem
        self.remedy = remedy


class Section:
    """One table of a data file; reading a key takes it, and `finish` refuses what nobody took."""

    def __init__(self, file: str, raw: object, path: str = "") -> None:
        if not isinstance(raw, dict):
            raise BadCatalogue(file, path or "the file", "is not a table", "Give it keys and values.")
        self.file = file
        self.path = path
        self._raw = raw
        self._taken: set[str] = set()

    def bad(self, key: str, problem: str, remedy: str) -> BadCatalogue:
        """Return the error to raise about a key of this section."""
        return BadCatalogue(self.file, self._name(key), problem, remedy)

    def keys(self) -> list[str]:
        """The keys as the file orders them."""
        return [str(key) for key in self._raw]

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self._raw

    def is_text(self, key: str) -> bool:
        """Whether the key holds words and not numbers or a table."""
        return isinstance(self._raw.get(key), str)

    def text(self, key: str) -> str:
        """Return words that are not empty."""
        value = self._take(key)
        if not isinstance(value, str) or not value.strip():
            raise self.bad(key, "is not text", "Write words between quotation marks.")
        return value

    def code(self, key: str = "code") -> str:
        """Return a stable code: lower snake case, or three capitals for a category."""
        value = self.text(key)
        if not _CODE.fullmatch(value):
            raise self.bad(key, f"{value!r} is not a code", "Use lower case, digits and underscores, like own_words.")
        return value

    def integer(self, key: str, *, least: int, most: int | None = None) -> int:
        """Return a whole number within the bounds."""
        value = self._take(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.bad(key, "is not a whole number", "Write digits without quotation marks.")
        if value < least or (most is not None and value > most):
            bounds = f"from {least} to {most}" if most is not None else f"of {least} or more"
            raise self.bad(key, f"{value} is out of bounds", f"Use a number {bounds}.")
        return value

    def integers(self, key: str, *, least: int) -> tuple[int, ...]:
        """Return one whole number, or several in rising order."""
        if not isinstance(self._raw.get(key), list):
            return (self.integer(key, least=least),)
        listed = Section(self.file, {str(place): value for place, value in enumerate(self._list(key))}, self._name(key))
        values = tuple(listed.integer(place, least=least) for place in listed.keys())
        if not values or list(values) != sorted(set(values)):
            raise self.bad(key, "is empty or not in rising order", "List different numbers, the smallest first.")
        return values

    def flag(self, key: str) -> bool:
        """Return a yes or no, which is no when the key is left out."""
        value = self._take(key) if self.has(key) else False
        if not isinstance(value, bool):
            raise self.bad(key, "is neither true nor false", "Write true or false without quotation marks.")
        return value

    def codes(self, key: str, known: Collection[str] | None = None) -> tuple[str, ...]:
        """Return a list of different codes, empty when the key is left out, each one known."""
        values: list[str] = []
        for value in self._list(key) if self.has(key) else []:
            if not isinstance(value, str) or (known is not None and value not in known):
                raise self.bad(key, f"{value!r} is not known here", "Correct the code, or add what it names.")
            if value in values:
                raise self.bad(key, f"{value!r} is listed twice", "Leave one of the two out.")
            values.append(value)
        return tuple(values)

    def section(self, key: str) -> "Section":
        """Return a table within this one."""
        return Section(self.file, self._take(key), self._name(key))

    def sections(self, key: str, *, unique: str = "code") -> Iterator["Section"]:
        """Yield the tables of a list, each finished after use, with no value of the `unique` key given twice."""
        seen: set[object] = set()
        rows = self._list(key)
        if not rows:
            raise self.bad(key, "is empty", "List at least one.")
        for place, raw in enumerate(rows):
            row = Section(self.file, raw, f"{self._name(key)}[{place}]")
            value = row._raw.get(unique)
            if value in seen:
                raise row.bad(unique, f"{value!r} is given twice", "Give each its own, or leave one out.")
            seen.add(value)
            yield row
            row.finish()

    def finish(self) -> None:
        """Refuse the keys that were not read.

        Raises:
            BadCatalogue: there is one.
        """
        for key in self._raw:
            if key not in self._taken:
                raise self.bad(str(key), "is not known", "Correct its spelling or leave it out.")

    def _take(self, key: str) -> object:
        if key not in self._raw:
            raise self.bad(key, "is missing", "Add it; the shipped file of the same name shows how.")
        self._taken.add(key)
        value: object = self._raw[key]
        return value

    def _list(self, key: str) -> list[object]:
        value = self._take(key)
        if not isinstance(value, list):
            raise self.bad(key, "is not a list", "Write it between square brackets.")
        return value

    def _name(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key
