"""The contract that every channel fulfils, email first. Nothing in tickets/ asks which channel it is.

A channel is a class named in settings.CHANNELS. It may import this package, tickets.mime and tickets.inbox.accept.
"""

from tickets.channels.clients import Rate, client_of, count_and_wait
from tickets.channels.contract import Channel
from tickets.channels.fields import Field
from tickets.channels.keep import keep_address, keep_portrait, message_id_of
from tickets.channels.media import media_link, read_media_link
from tickets.channels.opening import NoAccount, account_of, channel_classes, chats_of, open_channel
from tickets.channels.reading import Reading
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
from tickets.channels.said import Line, file_in, kept_with, lines, newest, proven_way, something_new, unseen
from tickets.channels.sites import fault_of_sites, sites_of
from tickets.channels.templates import Filled, Template
from tickets.channels.uploads import receive as receive_files
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
from tickets.hours import is_open, next_opening
from tickets.models import Account, Act, Delivery, Health, Message
from tickets.texts.languages import spoken

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
    "Line",
    "Message",
    "NoAccount",
    "NotConnected",
    "NotFetched",
    "NotSent",
    "Notice",
    "Outgoing",
    "Probe",
    "Rate",
    "Reading",
    "Refused",
    "Suggestion",
    "Template",
    "account_of",
    "channel_classes",
    "chats_of",
    "client_of",
    "count_and_wait",
    "fault_of_sites",
    "file_in",
    "footer_of",
    "is_open",
    "keep_address",
    "keep_portrait",
    "kept_with",
    "lines",
    "media_link",
    "message_id_of",
    "newest",
    "next_opening",
    "open_channel",
    "proven_way",
    "read_media_link",
    "receive_files",
    "sites_of",
    "something_new",
    "spoken",
    "spoken_in",
    "unseen",
]
