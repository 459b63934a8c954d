"""The table of notices as a page for people: docs/notifications.md."""

from engage.domain.events import Event
from engage.domain.messages_file import Audience, Fixed, MessageFacts
from engage.domain.notice_groups import GROUP_OF, STOPPED_BY_CLICK, NoticeGroup
from engage.notify.messages import table
from engage.notify.rules import QUIET, notices

HEAD = """# Who is told what

Written by `flask engage notifications` from `engage/notify/rules.py`; a test compares the two.

Notices never hold words, names or addresses: they say that there is something to read, and where. Each goes to one
recipient, and one person hears of one event once. To staff, a notice about a restricted case is `item_for_you`, a
neutral sentence without a reference, and goes to focal points alone; to its person it is `something_new`. Nobody whom
a case is about hears of it. Mail goes to the person by a direct or a sealed address; where they left a phone number, a
trusted person or only the custodian, a notice becomes an errand that staff carry; where they left nothing, it waits on
the page that their code opens. Beside these, somebody who gets an account chooses a password by `invitation`, somebody
who forgot theirs by `password_link`, which `password_chosen` tells them of afterwards; somebody who gets a password
from an administrator hears of it by `password_given`, somebody whose second factor was taken away by
`second_factor_reset`, somebody whose address an administrator changed by `own_address`, at the one before by
`own_address_left`, which also says for seven days what lets somebody into the account, and the other focal points of a
place by `focal_changed` when an administrator makes somebody one of them, lets one in again, gives one a password or
another address, or takes away the second factor of one. Whoever signs in with a browser never used for it before gets
`new_browser`. A task that belongs to no case is told by `own_task` and `own_task_due`, and whoever is to stand in for
somebody by `stand_in`: what goes to somebody who is away goes to them, too, where they may see the case. Whoever is
away hears by `nobody_stands_in` that they have no stand-in any more, and administrators by `cannot_end` that an
account cannot end since it is the last focal point of a site or the last administrator of all. Who is linked with
single sign-on hears by `identity_linked`. The owner of a passkey hears by `passkey_added`, `passkey_removed` and
`passkey_refused` what became of it. Of a training that runs out somebody and their administrators hear by
`training_ends` a month before, and by `role_rests` or `cannot_rest` on the day. Of a report in the restricted lane
focal points hear by the same `item_for_you` and its holder by `something_new`, and the human-rights lead by
`lane_holds_something` that there is one. Every auditor is sent each checkpoint of the record by `checkpoint_made`, and
those of a site hear by `unusual_reading` that somebody read cases there in a way to look at. That mail waits to be
sorted is told by `mail_to_sort`, once an hour, to whoever is told of new cases at the site it was sent to. What nobody
has sorted is told again by `mail_waits`, once a day at most: to them after two days, after five to whoever stands
above them, and then to all of them every week. Of what may be a survivor's focal points hear by `item_for_you`, those
of all sites above those of the site, and nobody else. The mail address that a person leaves gets `address_left` once,
where they want that. Whoever watches a case hears by `watched_case` what moves it or is said in it, as long as they
may see it. Coordinators read by `weekly_summary` how their week begins, and they and approvers by `overdue_list` each
morning what is late then; a restricted case is in no count, and neither comes in the evening.
A message without a folder for the reader's language goes out in English.

Nobody is nagged. No person is woken in the hours that they chose or, where they chose none, those that
`ENGAGE_QUIET_HOURS` names, on the wall of the site; what happens within minutes is one notice; and while the last
`case_news` lies unseen, no other leaves for a week. What has to be said by itself is: receipt, proposal, dates,
addresses, codes, appeal, ending. Staff are not written to outside the working hours of the site: what arrived meanwhile
is one mail when it opens, `while_away`. Danger, cases of levels 4 and 5, the restricted lane, accounts, what somebody
just asked for, and what would break a promise leave at any hour. Whoever holds a report of the lane is never woken, and
hours are looked at again when a notice leaves: a mail server that was away by day and comes back at night wakes nobody.
Every notice to staff is on their page of notifications, too; there they choose which of these groups come by mail at
once, in one mail in the morning, or not. A mail program ends the mails of {stopped} with one click:

{groups}
| event | who is told: message |
|---|---|
"""

SAID = """
# What each message says

An administrator of all sites changes the words of a message under *Delivery*, *What mails say*, in each language that
engage has texts in. The words name values by placeholders, those of `engage/data/messages.toml` and no other; none of
them holds what a person wrote, who they are or how they are reached. What a message has to hold cannot be left out, nor
put into a part that may be missing: of an acknowledgement that is all that domain R22 names. Blocks are texts of ours
that nobody edits. What is around the words, and a subject that names no case to a person, stay as they are.

| message | to | can be changed | has to hold | may hold | in the subject |
|---|---|---|---|---|---|
"""


def _groups() -> str:
    lines = (
        f"- {group.value}: {', '.join(sorted(one for one, its in GROUP_OF.items() if its is group))}\n"
        for group in NoticeGroup
    )
    return "".join(lines)


def as_markdown() -> str:
    """Return the page."""
    rows = [
        (kind.__name__, " ".join((rule.__doc__ or "").split()))
        for kind, rule in notices.registry.items()
        if issubclass(kind, Event) and kind is not Event
    ]
    rows += [(kind.__name__, "nobody") for kind in QUIET]
    told = "".join(f"| {name} | {words} |\n" for name, words in sorted(rows))
    said = "".join(_row(message) for _, message in sorted(table().messages.items()))
    stopped = " and ".join(f"*{group.value}*" for group in NoticeGroup if group in STOPPED_BY_CLICK)
    return f"{HEAD.format(groups=_groups(), stopped=stopped)}{told}{SAID}{said}"


def _row(message: MessageFacts) -> str:
    to = {Audience.PERSON: "the person", Audience.STAFF: "staff"}[message.audience]
    fixed = {
        None: "yes",
        Fixed.ACCOUNT: "no: it is about an account",
        Fixed.NEUTRAL: "no: it is neutral on purpose",
        Fixed.RECORD: "no: a machine reads it",
    }
    listed = [" ".join(names) or "–" for names in (message.required, message.allowed, message.in_subject)]
    return f"| {message.code} | {to} | {fixed[message.fixed]} | {' | '.join(listed)} |\n"
