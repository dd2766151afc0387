"""The index over the record: every row here is explained by an entry, or stands in `NOT_IN_THE_RECORD`."""

from tickets.models.contacts import Address, Contact, ContactEvent
from tickets.models.grants import Grant
from tickets.models.ids import new_id, new_random
from tickets.models.incidents import Incident
from tickets.models.intake import ANSWERED, Account, Counter, Entry, Health, InboxItem, ItemState
from tickets.models.mirrors import Mirror
from tickets.models.outgoing import Act, Delivery, DeliveryState, Draft, DraftFile, DraftState, ReadMark, WriteKey
from tickets.models.people import Agent, Role, Team
from tickets.models.portraits import Portrait
from tickets.models.reach import Campaign, Drill, ReachDay
from tickets.models.revisions import Fetch, FetchState, Piece, Reaction, Version
from tickets.models.saved_replies import SavedReply
from tickets.models.search import SearchDoc
from tickets.models.tickets import (
    Attachment,
    AwaitedId,
    Direction,
    Event,
    Message,
    Participant,
    Priority,
    SpamBy,
    State,
    Tag,
    Ticket,
)
from tickets.models.tidy import Bulk, SpamSender
from tickets.models.together import Follow, Notification, Presence
from tickets.models.tokens import Against, Objection, Purpose, Token

__all__ = [
    "ANSWERED",
    "Account",
    "Act",
    "Address",
    "Against",
    "Agent",
    "Attachment",
    "AwaitedId",
    "Bulk",
    "Campaign",
    "Contact",
    "ContactEvent",
    "Counter",
    "Delivery",
    "DeliveryState",
    "Direction",
    "Draft",
    "DraftFile",
    "DraftState",
    "Drill",
    "Entry",
    "Event",
    "Fetch",
    "FetchState",
    "Follow",
    "Grant",
    "Health",
    "InboxItem",
    "Incident",
    "ItemState",
    "Message",
    "Mirror",
    "Notification",
    "Objection",
    "Participant",
    "Piece",
    "Portrait",
    "Presence",
    "Priority",
    "Purpose",
    "ReachDay",
    "Reaction",
    "ReadMark",
    "Role",
    "SavedReply",
    "SearchDoc",
    "SpamBy",
    "SpamSender",
    "State",
    "Tag",
    "Team",
    "Ticket",
    "Token",
    "Version",
    "WriteKey",
    "new_id",
    "new_random",
]
