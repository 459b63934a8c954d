"""A case as a file to print: its chapters in words, and how they come to lie on paper in any script."""

from engage.web.case_file.answer import answer_with as answer_with
from engage.web.case_file.paper import letter as letter
from engage.web.case_file.paper import slips as slips
