"""The contract that every channel fulfils, email first. Nothing in tickets/ asks which channel it is.

A channel is a class named in settings.CHANNELS. It may import this package, tickets.mime and tickets.inbox.accept.
"""

from tickets.channels.contract import Channel
from tickets.channels.fields import Field
from tickets.channels.keep import keep_address, keep_portrait, message_id_of
from tickets.channels.opening import channel_classes, open_channel
from tickets.channels.refusals import (
    BUG,
    CONTACT_BLOCKED,
    CONTACT_GONE,
    CUT_OFF,
    KINDS,
    RATE,
    TEMPORARY,
    UNCERTAIN,
    UNSEEN,
    WINDOW,
    NotConnected,
    NotFetched,
    NotSent,
)
from tickets.channels.templates import Filled, Template
from tickets.channels.values import (
    Closing,
    Done,
    Identity,
    Limit,
    Notice,
    Outgoing,
    Probe,
    Refused,
    Suggestion,
    footer_of,
    spoken_in,
)
from tickets.models import Account, Act, Delivery, Health, Message

__all__ = [
    "BUG",
    "CONTACT_BLOCKED",
    "CONTACT_GONE",
    "CUT_OFF",
    "KINDS",
    "RATE",
    "TEMPORARY",
    "UNCERTAIN",
    "UNSEEN",
    "WINDOW",
    "Account",
    "Act",
    "Channel",
    "Closing",
    "Delivery",
    "Done",
    "Field",
    "Filled",
    "Health",
    "Identity",
    "Limit",
    "Message",
    "NotConnected",
    "NotFetched",
    "NotSent",
    "Notice",
    "Outgoing",
    "Probe",
    "Refused",
    "Suggestion",
    "Template",
    "channel_classes",
    "footer_of",
    "keep_address",
    "keep_portrait",
    "message_id_of",
    "open_channel",
    "spoken_in",
]
