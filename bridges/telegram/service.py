"""Service messages: something happened in the chat, nobody said anything. Each is one line."""

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from bridges.payload import Object, get, identifier, items, whole, words
from bridges.telegram.media import full_name
from bridges.telegram.quote import said

# Field of the message -> its line; a line with a gap is filled by FILLED below.
LINES: dict[str, str] = {
    "new_chat_members": gettext_noop("Joined the chat: %s"),
    "left_chat_member": gettext_noop("Left the chat: %s"),
    "new_chat_title": gettext_noop("The chat is called %s now."),
    "new_chat_photo": gettext_noop("The chat has a new picture."),
    "delete_chat_photo": gettext_noop("The chat’s picture was taken away."),
    "group_chat_created": gettext_noop("The group was made."),
    "supergroup_chat_created": gettext_noop("The supergroup was made."),
    "channel_chat_created": gettext_noop("The channel was made."),
    "message_auto_delete_timer_changed": gettext_noop("Messages of this chat delete themselves after %s s."),
    "migrate_to_chat_id": gettext_noop("The group became a supergroup and has the id %s from now on."),
    "migrate_from_chat_id": gettext_noop("This supergroup was the group with the id %s."),
    "pinned_message": gettext_noop("Pinned: %s"),
    "successful_payment": gettext_noop("Paid: %s"),
    "refunded_payment": gettext_noop("Paid back: %s"),
    "users_shared": gettext_noop("Shared people: %s"),
    "user_shared": gettext_noop("Shared a person."),
    "chat_shared": gettext_noop("Shared the chat %s."),
    "connected_website": gettext_noop("Signed in at a website with Telegram: %s"),
    "write_access_allowed": gettext_noop("Allowed the bot to write to them."),
    "passport_data": gettext_noop("Sent documents by Telegram Passport."),
    "proximity_alert_triggered": gettext_noop("Came near somebody: %s"),
    "boost_added": gettext_noop("Boosted the chat %s times."),
    "chat_background_set": gettext_noop("Set a background for the chat."),
    "checklist_tasks_done": gettext_noop("Ticked or unticked tasks of a checklist: %s"),
    "checklist_tasks_added": gettext_noop("Added to a checklist: %s"),
    "direct_message_price_changed": gettext_noop("Direct messages to the channel have another price."),
    "paid_message_price_changed": gettext_noop("Messages in this chat have another price."),
    "poll_option_added": gettext_noop("Added an option to a poll: %s"),
    "poll_option_deleted": gettext_noop("Took an option out of a poll: %s"),
    "gift": gettext_noop("Sent a gift. %s"),
    "unique_gift": gettext_noop("Sent a unique gift: %s"),
    "gift_upgrade_sent": gettext_noop("Paid for the upgrade of a gift."),
    "forum_topic_created": gettext_noop("Began the topic %s."),
    "forum_topic_edited": gettext_noop("The topic is called %s now."),
    "forum_topic_closed": gettext_noop("Closed the topic."),
    "forum_topic_reopened": gettext_noop("Opened the topic again."),
    "general_forum_topic_hidden": gettext_noop("Hid the general topic."),
    "general_forum_topic_unhidden": gettext_noop("Shows the general topic again."),
    "giveaway_created": gettext_noop("Announced a giveaway."),
    "giveaway_completed": gettext_noop("A giveaway is over; winners: %s"),
    "suggested_post_approved": gettext_noop("A suggested post was approved."),
    "suggested_post_approval_failed": gettext_noop("A suggested post could not be approved."),
    "suggested_post_declined": gettext_noop("A suggested post was declined. %s"),
    "suggested_post_paid": gettext_noop("A suggested post was paid."),
    "suggested_post_refunded": gettext_noop("A suggested post was paid back."),
    "video_chat_scheduled": gettext_noop("A video chat is planned."),
    "video_chat_started": gettext_noop("A video chat began."),
    "video_chat_ended": gettext_noop("A video chat ended after %s s."),
    "video_chat_participants_invited": gettext_noop("Invited to a video chat: %s"),
    "chat_owner_left": gettext_noop("The owner left the chat."),
    "chat_owner_changed": gettext_noop("The chat has another owner: %s"),
    "managed_bot_created": gettext_noop("Made a bot that is managed here."),
}


def line(message: Object) -> str:
    """Return the line for a service message, "" when it is none that is known."""
    name = next((field for field in LINES if field in message), "")
    if not name:
        return ""
    filler = FILLED.get(name)
    text = _(LINES[name])
    return (text % (filler(message) if filler else "")).strip() if "%s" in text else text


def _people(field: str) -> Callable[[Object], str]:
    return lambda message: ", ".join(full_name(one) for one in items(message, field))


def _of(field: str, name: str) -> Callable[[Object], str]:
    return lambda message: words(get(message, field), name) or identifier(get(message, field), name)


def _money(field: str) -> Callable[[Object], str]:
    def money(message: Object) -> str:
        payment = get(message, field)
        amount, currency = whole(payment, "total_amount") or 0, words(payment, "currency")
        shown = f"{amount} ⭐" if currency == "XTR" else _("%(amount)s in the smallest unit of %(currency)s")
        return shown if currency == "XTR" else shown % {"amount": amount, "currency": currency}

    return money


def _tasks(message: Object) -> str:
    return ", ".join(words(one, "text") for one in items(get(message, "checklist_tasks_added"), "tasks"))


def _ticked(message: Object) -> str:
    done = get(message, "checklist_tasks_done")
    texts = {
        identifier(one, "id"): words(one, "text")
        for one in items(get(get(done, "checklist_message"), "checklist"), "tasks")
    }
    marks = [("☑", done.get("marked_as_done_task_ids")), ("☐", done.get("marked_as_not_done_task_ids"))]
    return ", ".join(
        f"{mark} {texts.get(str(one), one)}" for mark, ids in marks if isinstance(ids, list) for one in ids[:50]
    )


def _near(message: Object) -> str:
    alert = get(message, "proximity_alert_triggered")
    return _("%(who)s is %(distance)s m from %(other)s") % {
        "who": full_name(get(alert, "traveler")),
        "distance": whole(alert, "distance") or 0,
        "other": full_name(get(alert, "watcher")),
    }


FILLED: dict[str, Callable[[Object], str]] = {
    "new_chat_members": _people("new_chat_members"),
    "left_chat_member": lambda message: full_name(get(message, "left_chat_member")),
    "new_chat_title": lambda message: words(message, "new_chat_title"),
    "message_auto_delete_timer_changed": _of("message_auto_delete_timer_changed", "message_auto_delete_time"),
    "migrate_to_chat_id": lambda message: identifier(message, "migrate_to_chat_id"),
    "migrate_from_chat_id": lambda message: identifier(message, "migrate_from_chat_id"),
    "pinned_message": lambda message: said(get(message, "pinned_message")) or "…",
    "successful_payment": _money("successful_payment"),
    "refunded_payment": _money("refunded_payment"),
    "users_shared": lambda message: ", ".join(
        full_name(one) or identifier(one, "user_id") for one in items(get(message, "users_shared"), "users")
    ),
    "chat_shared": lambda message: full_name(get(message, "chat_shared")) or _of("chat_shared", "chat_id")(message),
    "connected_website": lambda message: words(message, "connected_website"),
    "proximity_alert_triggered": _near,
    "boost_added": _of("boost_added", "boost_count"),
    "checklist_tasks_done": _ticked,
    "checklist_tasks_added": _tasks,
    "poll_option_added": _of("poll_option_added", "option_text"),
    "poll_option_deleted": _of("poll_option_deleted", "option_text"),
    "gift": _of("gift", "text"),
    "unique_gift": lambda message: words(get(get(message, "unique_gift"), "gift"), "base_name"),
    "forum_topic_created": _of("forum_topic_created", "name"),
    "forum_topic_edited": _of("forum_topic_edited", "name"),
    "giveaway_completed": _of("giveaway_completed", "winner_count"),
    "suggested_post_declined": _of("suggested_post_declined", "comment"),
    "video_chat_ended": _of("video_chat_ended", "duration"),
    "video_chat_participants_invited": lambda message: ", ".join(
        full_name(one) for one in items(get(message, "video_chat_participants_invited"), "users")
    ),
    "chat_owner_changed": lambda message: full_name(get(get(message, "chat_owner_changed"), "new_owner")),
}
