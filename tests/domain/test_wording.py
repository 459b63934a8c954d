"""Words that an agreement must not hold. Source: domain R34 and R46."""

import pytest

from engage.domain.wording import WordList, found_in

LISTS = (WordList(("waive", "not sue")), WordList(("放弃权利",), anywhere=True))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("You WAIVED everything and will not\n sue, not sue.", ("waive", "not sue")),
        ("We mend the wall.", ()),
        ("A microwaveable meal.", ()),
        ("他们必须放弃权利。", ("放弃权利",)),
    ],
)
def test_words_are_found_at_the_beginning_of_a_word_in_whatever_case(words, found):
    assert found_in(words, LISTS) == found
