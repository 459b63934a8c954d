"""The words of the restricted lane, for survivors and for focal points; engage.web.labels takes them in."""

from flask_babel.speaklater import LazyString

from engage.web.locale import lazy_gettext as _

GROUPS: dict[str, dict[str, LazyString]] = {
    "lane_involved": {"yes": _("Yes"), "no": _("No"), "not_sure": _("I am not sure")},
    "lane_age": {"under_18": _("Under 18"), "18_to_59": _("18 to 59"), "60_and_over": _("60 or older")},
    "lane_sex": {"female": _("Woman or girl"), "male": _("Man or boy"), "other": _("Another")},
    "lane_served": {"yes": _("Yes"), "no": _("No")},
    "lane_support": {
        "reported": _("No support offered yet"),
        "support_offered": _("Support offered"),
        "referral_consented": _("Wants to be brought to a service"),
        "referral_declined": _("Does not want to be brought to a service"),
    },
    "lane_process": {
        "unsaid": _("Has not said whether the employer should act"),
        "not_wanted": _("Does not want the employer to act"),
        "wanted": _("Wants the employer to act"),
        "begun": _("The employer's process has begun"),
        "concluded": _("The employer's process is concluded"),
        "outcome_shared": _("The outcome was told"),
    },
    "lane_telling": {"tell": _("Wants to hear the outcome"), "do_not_tell": _("Would rather not hear the outcome")},
    "lane_course": {"open": _("Open"), "closed": _("Closed"), "stopped": _("Stopped by the person")},
    "lane_step": {
        "offer_support": _("Support offered"),
        "consent_to_referral": _("Yes to being brought to a service"),
        "decline_referral": _("No to being brought to a service"),
        "make_referral": _("Brought to a service"),
        "want_action": _("The employer should act"),
        "not_want_action": _("The employer should not act"),
        "begin_process": _("The employer's process has begun"),
        "conclude_process": _("The employer's process is concluded"),
        "share_outcome": _("The outcome was told"),
        "wish_to_hear": _("Wants to hear the outcome"),
        "not_wish_to_hear": _("Would rather not hear the outcome"),
        "close": _("Closed"),
        "stop": _("Stopped by the person"),
        "come_back": _("The person came back"),
    },
    "lane_press": {
        "begin_process": _("Note that the employer's process has begun"),
        "conclude_process": _("Note that the employer's process is concluded"),
        "share_outcome": _("Note that the outcome was told"),
        "close": _("Close it"),
    },
    "lane_how": {
        "page": _("on their own page"),
        "spoken": _("by word of mouth"),
        "written": _("in writing"),
    },
    "lane_clock": {
        "alert": _("Open it: a focal point has to have read it"),
        "support": _("Offer support"),
        "lead": _("Let the human-rights lead know that the lane holds something"),
        "child": _("Write down what is best for the child"),
    },
    "lane_event": {
        "received": _("It came in"),
        "moved_in": _("It was moved here from a case"),
        "lead_told": _("The human-rights lead knows that there is something, and no more"),
        "late": _("We were late, and other focal points were told"),
        "step_taken": _("A step"),
        "written": _("Something was written"),
        "child_considered": _("What is best for the child was written down"),
        "road_changed": _("The person changed how word reaches them"),
        "code_changed": _("The person has a new code"),
        "routed": _("It was given to the site it belongs to"),
        "subject_named": _("Somebody was kept out"),
        "not_delivered": _("Word did not reach the person: their code is the only road"),
        "erased": _("Erased"),
    },
}
REFUSALS: dict[str, LazyString] = {
    "lane_support_first": _("Offer support first: which services there are, and how to reach them."),
    "lane_child_first": _("It is about a child. Write down first what is best for the child."),
    "lane_process_first": _("The employer should act. It can be closed once that is concluded."),
    "lane_outcome_first": _("The person wants to hear the outcome. Tell them first."),
    "lane_would_not_hear": _("The person said that they would rather not hear the outcome."),
    "lane_not_open": _("This has ended. Nothing more is written here, unless the person comes back."),
    "lane_nobody_to_write_to": _(
        "Somebody told us of another person. What we write could only be about that person, so nothing is written."
    ),
    "lane_nobody_of_that_name": _("Choose somebody from the lists."),
    "lane_cannot_route": _("Only what came in without a site is given to an open one."),
    "lane_only_restricted": _("Only a restricted case moves to the lane."),
}
