"""What each figure means, a paragraph each. The page shows them; docs/reports.md holds the same words."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Definition(NamedTuple):
    """A figure's name and what it means."""

    name: str | Promise
    text: str | Promise


DEFINITIONS = (
    Definition(
        _("Days"),
        _(
            "A day runs from midnight to midnight in the time zone of this helpdesk (TIME_ZONE), whoever looks and "
            "wherever they are. On the two days a year on which clocks change it has 23 or 25 hours. A message counts on "
            "the day it reached us or was sent here, not on the day its sender's clock claims."
        ),
    ),
    Definition(
        _("What is counted"),
        _(
            "The tickets that you may see, in all mailboxes or the one you chose. A ticket that was merged into another "
            "is part of that one and counts once; one in spam counts nowhere. Imported and back-filled mail is history: it "
            "counts neither as new, nor as come in, nor as answered, on any day. The same mail sent to two of our mailboxes "
            "is a ticket in each."
        ),
    ),
    Definition(
        _("Came in"),
        _(
            "Messages that people sent to us, by the channel they came on. Bounces, delivery reports, automatic replies "
            "and abuse reports are not among them; their number stands beside."
        ),
    ),
    Definition(
        _("Went out"),
        _(
            "Messages that people here sent: answers, forwards and new conversations, by the channel they left on and at "
            "the time they were sent, however their delivery ended. Automatic mail, such as the acknowledgement, and "
            "internal notes are not counted."
        ),
    ),
    Definition(
        _("First answer"),
        _(
            "The time from the first message that came in on a ticket to the first message after it that a person here"
            " sent to them; passing it on to somebody else is no answer. Nights and weekends count. A ticket belongs "
            "to the period in which that answer was sent, so that the figures of a past period stay as they are. The "
            "median is the time within which half were answered; the 90th percentile is the time within which nine in "
            "ten were."
        ),
    ),
    Definition(
        _("In working hours"),
        _(
            "The same time, of which only those hours count in which the ticket's mailbox is open: by its weekly hours and its "
            "days off, in its time zone. A mailbox without hours is always open. The hours that are laid down now are taken "
            "for the past as well."
        ),
    ),
    Definition(
        _("Solved by day"),
        _(
            "Tickets that somebody here set to solved or closed on that day and that were neither before. One that is opened "
            "again and solved anew on another day counts on both; in the number at the top it counts once."
        ),
    ),
    Definition(
        _("The period before"),
        _(
            "As many days, directly before the first one, with the same mailbox. Numbers that are of now have nothing to be "
            "compared with."
        ),
    ),
    Definition(
        _("No answer yet"),
        _(
            "Tickets that are new or open now and have had no answer since their first message came in, whatever the period."
        ),
    ),
    Definition(
        _("Open by age"),
        _(
            "Tickets that are not solved or closed now, whatever the period, by the time since they began. New and open "
            "ones wait for us, the others for the customer. A ticket that is opened again keeps its age."
        ),
    ),
    Definition(
        _("By agent"),
        _(
            "Answers and notes are messages that the person wrote in the period. Solved are the tickets that they set to "
            "solved or closed in the period and that were neither before; each counts once for a person, however often it "
            "was opened again. What the system did by itself is nobody's."
        ),
    ),
    Definition(
        _("By team"),
        _(
            "By the team that a ticket belongs to now; one that belongs to none stands under “no team”. New tickets began in the "
            "period, solved ones were finished by somebody in it, each once, and first answers are those described above."
        ),
    ),
)
