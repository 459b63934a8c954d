"""The words for codes of finding out and of what a proposal says; engage.web.labels takes them in."""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

PERMISSIONS: dict[str, LazyString] = {"view_money": _("See sums of money")}
GROUPS: dict[str, dict[str, LazyString]] = {
    # What the person reads of a finding and of our part in it.
    "finding_told": {
        "substantiated": _("We found that it is as you say."),
        "partly_substantiated": _("We found that a part of it is as you say."),
        "not_substantiated": _("We found no sign that it is so."),
        "inconclusive": _("We could not find out for sure."),
        "not_investigated": _("We did not look into it further."),
    },
    "involvement_told": {
        "caused": _("We caused it."),
        "contributed": _("We had a part in it, and others had too."),
        "directly_linked": _("We did not cause it, but somebody we work with did."),
        "none": _("It did not come from us or from those we work with."),
    },
}
REFUSALS: dict[str, LazyString] = {
    "plan_incomplete": _("Write what is to be found out, how, who is heard, and what would show it."),
    "no_investigation": _("No investigation is going on."),
    "consult_first": _(
        "Talk with the person first and record it, or try at least %(needed)s times to reach them and log each try."
    ),
    "cause_twice": _("Name each root cause once."),
    "too_many_causes": _("Name at most %(most)s root causes."),
    "why_not_investigated": _("Say why it was not investigated, so that the person can read it."),
    "no_sum_here": _("Only compensation in money has a sum."),
    "sum_out_of_bounds": _("The sum is more than nothing and at most %(most)s."),
    "currency_unknown": _("Write the currency in its three letters, for instance %(example)s."),
    "too_many_decimals": _("Sums in %(currency)s have at most %(most)s decimals."),
}
