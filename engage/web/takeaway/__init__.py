"""Everything of a case for its person to take with them: a page to read, the same facts as JSON, and the files."""

from engage.web.takeaway.bundle import answer_with as answer_with
