"""A notice as a letter on paper: the words of its mail, for an envelope that somebody of ours takes to the post."""

from engage.domain.case import CaseClass
from engage.models import Case, OutboxMessage
from engage.notify import edited, links, messages
from engage.notify.destinations import NEUTRAL_FOR_PERSON
from engage.notify.said import dates_of, values_of
from engage.notify.to_person import WITH_DATES
from engage.notify.writing import write

NEWS = "case_news"


def words_of(message: OutboxMessage, case: Case) -> str:
    """Return what the notice says, in the language of its person; of a restricted case the neutral sentence, and that
    there is news where it is no longer kept what the notice said."""
    is_restricted = case.class_ is CaseClass.RESTRICTED
    own = message.template if message.context is not None else NEWS
    template = NEUTRAL_FOR_PERSON if is_restricted else own
    values = values_of(None if is_restricted else case) | (message.context or {} if not is_restricted else {})
    values |= {"link": links.home() if is_restricted else links.enter_code()}
    if template in WITH_DATES:
        values |= dates_of(case)
    locale = messages.locale_of(template, case.locale)
    words = edited.in_force(template, locale) or messages.shipped(template, locale)
    return write(messages.table().messages[template], words, values, locale).text.strip()
