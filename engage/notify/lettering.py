"""A notice as a letter on paper: the words of its mail, for an envelope that somebody of ours takes to the post."""

from engage.domain.case import CaseClass
from engage.models import Case, OutboxMessage
from engage.notify import links
from engage.notify.destinations import NEUTRAL_FOR_PERSON
from engage.notify.rendering import environment, locale_of
from engage.notify.said import dates_of, values_of
from engage.notify.to_person import WITH_DATES

_END_OF_WORDS = "\n--\n"  # what follows in a mail speaks of mails


def words_of(message: OutboxMessage, case: Case) -> str:
    """Return what the notice says, in the language of its person; of a restricted case the neutral sentence."""
    is_restricted = case.class_ is CaseClass.RESTRICTED
    template = NEUTRAL_FOR_PERSON if is_restricted else message.template
    values = values_of(None if is_restricted else case) | (message.context or {} if not is_restricted else {})
    values |= {"link": links.home() if is_restricted else links.enter_code()}
    if template in WITH_DATES:
        values |= dates_of(case)
    locale = locale_of(template, case.locale)
    said = environment().get_template(f"email/{template}/{locale}/body.txt").render(values | {"locale": locale})
    return said.partition(_END_OF_WORDS)[0].strip()
