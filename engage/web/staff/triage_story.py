"""What happened in triage, in words; engage.web.staff.story takes them in."""

from collections.abc import Callable, Mapping

from flask_babel.speaklater import LazyString

from engage.queries.case_page import CasePage
from engage.web import labels
from engage.web.locale import gettext, lazy_gettext

_ = lazy_gettext
Values = Mapping[str, object]

TITLES: Mapping[str, LazyString] = {
    "IncidentLinked": _("Number of the internal incident noted"),
    "RefusalAsked": _("Refusing the information was asked for"),
    "InformationRefused": _("The information was refused"),
    "SiftedAsReal": _("Looked through: it is a concern"),
    "SiftedAsNoise": _("Looked through: no concern could be seen in it, and the sender was told"),
    "SubjectNamed": _("It was recorded whom the case is about"),
    "SubjectRemoved": _("It was recorded that the case is not about somebody"),
    "TakenOff": _("Taken off the case, because it is about them or their line"),
    "ConflictRefused": _("Refused, because the case is about them or their line"),
    "SeverityRated": _("How serious it is was changed"),
    "DowngradeAsked": _("A lower level was asked for"),
    "DowngradeDeclined": _("A lower level was declined"),
    "RetaliationAssessed": _("What the person risks was looked at"),
    "ItemOpened": _("Something has to be arranged"),
    "ItemDone": _("It is arranged"),
    "CaseLinked": _("Linked with another case"),
    "CaseUnlinked": _("No longer linked with another case"),
    "ConversionAsked": _("The person was asked if it may be something else"),
    "ConversionAnswered": _("The person answered if it may be something else"),
}


def _name(page: CasePage, values: Values, key: str) -> str:
    found = [held for user, held in page.names.items() if str(user) == values.get(key)]
    return found[0] if found else str(gettext("somebody of ours"))


def _refused(page: CasePage, values: Values) -> str:
    return f"{_name(page, values, 'user_id')}: {labels.label('conflict', values['what'])}"


def _taken_off(page: CasePage, values: Values) -> str:
    return f"{_name(page, values, 'user_id')}: {labels.label('part', values['part'])}"


def item(code: object) -> str:
    """Return what something that has to be arranged is called."""
    text = labels.label("item", code)
    return labels.term("support_needs", str(code)) if text == code else text


def _why_refused(page: CasePage, values: Values) -> str:
    return labels.term("information_refusals", str(values["reason_code"]))


DETAILS: Mapping[str, Callable[[CasePage, Values], str]] = {
    "IncidentLinked": lambda page, values: str(values["incident"] or gettext("none")),
    "RefusalAsked": _why_refused,
    "InformationRefused": _why_refused,
    "SubjectNamed": lambda page, values: labels.label("subject_kind", values["kind_of_subject"]),
    "SubjectRemoved": lambda page, values: labels.label("subject_kind", values["kind_of_subject"]),
    "TakenOff": _taken_off,
    "ConflictRefused": _refused,
    "SeverityRated": lambda page, values: gettext(
        "Level %(level)s, %(phase)s", level=values["level"], phase=labels.label("phase", values["phase"])
    ),
    "DowngradeAsked": lambda page, values: gettext("Level %(level)s", level=values["level"]),
    "RetaliationAssessed": lambda page, values: labels.label("risk", values["risk"]),
    "ItemOpened": lambda page, values: item(values["code"]),
    "ItemDone": lambda page, values: item(values["code"]),
    "CaseLinked": lambda page, values: labels.label("link_kind", values["link_kind"]),
    "ConversionAsked": lambda page, values: labels.label("kind", values["to_kind"]),
    "ConversionAnswered": lambda page, values: gettext("yes") if values["agreed"] else gettext("no"),
}
