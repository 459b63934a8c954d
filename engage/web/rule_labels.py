"""The words for what administrators change of a site's rules and calendars, and for why it is refused."""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from engage.web import message_labels

CHANGES: dict[str, LazyString] = {
    **message_labels.CHANGES,
    "rules_changed": _("Promises and ladder changed"),
    "rules_taken_back": _("Planned promises and ladder taken back"),
    "hours_changed": _("Working hours changed"),
    "closure_added": _("Closed days added"),
    "closure_removed": _("Closed days removed"),
    "period_added": _("Days of a community added"),
    "period_removed": _("Days of a community removed"),
    "reading_settled": _("Unusual reading looked at"),
}

REFUSALS: dict[str, LazyString] = {
    **message_labels.REFUSALS,
    "deadline_of_zero": _("Use 1 or more. To promise nothing here, choose that it is not promised."),
    "deadline_too_long": _("Use %(most)s or less."),
    "days_not_rising": _("Write each number once, the smallest first, like 30, 90, 180."),
    "always_acknowledged": _("A concern is always confirmed. Write a number of hours or days."),
    "no_rung": _("Keep at least one step for what is late, so that somebody above hears of it."),
    "ladder_skips": _("This skips somebody. Let a step below it go to the one in between, or choose somebody lower."),
    "ladder_goes_down": _(
        "A step above goes to somebody higher. Choose somebody at least as high, or move the step up."
    ),
    "nobody_on_rung": _("Nobody has this role here. Give somebody the role first, or choose another."),
    "percent_out_of_bounds": _("Use a number from %(least)s to 99, higher than the one above."),
    "hours_out_of_bounds": _("Use a number of hours from 1 to %(most)s."),
    "severe_is_slower": _("Severe cases climb at least as fast. Use 0 to %(most)s hours."),
    "rungs_out_of_order": _("The step above comes after %(days)s days. Use more days than that."),
    "severe_out_of_order": _("The step above comes after %(hours)s hours. Use more hours than that."),
    "said_twice": _("There is a reason with these words. Change one of the two."),
    "pause_needs_an_end": _("A pause we set ourselves needs an end. Say how many days at most."),
    "effective_in_the_past": _("Choose today or a later day: what was promised is not changed afterwards."),
    "later_version_planned": _("A version for a later day is saved. Choose that day or a later one, or take it back."),
    "nothing_changed": _("Nothing is different from the version that was saved last. Change something first."),
    "rules_unusable": _("This cannot be used (%(place)s): %(problem)s."),
    "no_working_time": _("No day has working hours. Write the hours of at least one weekday."),
    "hours_unreadable": _("Write hours from morning to night, like 08:00-12:00, 13:00-17:00."),
    "hours_overlap": _("These hours overlap or are out of order. Write them from morning to night."),
    "unknown_region": _("This country has no such region. Choose the country again, then a region of it."),
    "days_out_of_order": _("The last day is before the first. Put it on the first day or later."),
    "is_over": _("These days are over. Choose a last day from today on."),
    "period_too_long": _("Use %(days)s days or fewer. A longer time can be split."),
    "already_there": _("These days are there already."),
    "not_a_community_reason": _("Choose a reason that a community sets."),
    "no_calendar_in_file": _("This is no calendar file. Export it as iCal, with .ics at the end of its name."),
    "calendar_too_large": _("The file is larger than %(megabytes)s MB. Export fewer years."),
    "calendar_without_days": _("The file holds no day from today on. Export the years to come."),
    "days_unreadable": _("Its days can't be read."),
    "not_whole_days": _("It has a time of day. Only whole days count here."),
    "comes_back_otherwise": _("It comes back in another way than every year. Write its days as entries of their own."),
    "too_many_days": _("The file holds more than %(most)s entries. Export fewer years."),
}
