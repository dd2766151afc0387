"""What a message answers and where it comes from: replies, quotes, stories, forwards (channels.md §1.4)."""

from django.utils.translation import gettext as _

from bridges.payload import Object, get, identifier, words
from bridges.telegram.media import attachments, full_name

LONGEST = 300


def quote(message: Object) -> dict[str, str] | None:
    """Return the words that a message answers and whose they are; None when it answers nothing that can be shown."""
    answered, outside = get(message, "reply_to_message"), get(message, "external_reply")
    if "forum_topic_created" in answered:
        return None
    text = words(get(message, "quote"), "text") or said(answered) or said(outside)
    name = origin(get(outside, "origin")) if outside else speaker(answered)
    if story := get(message, "reply_to_story"):
        text, name = text or _("a story"), name or full_name(get(story, "chat"))
    if not text:
        return None
    return {"text": text if len(text) <= LONGEST else text[:LONGEST] + "…", "name": name}


def said(message: Object) -> str:
    """Return the words of a message, or what stands for them."""
    if text := words(message, "text") or words(message, "caption"):
        return text
    return " ".join(f"[{_(file['what'])}]" for file in attachments(message))


def speaker(message: Object) -> str:
    """Return who said a message: a person, or the chat in whose name it was said."""
    person, chat = get(message, "from"), get(message, "sender_chat")
    return full_name(chat if chat and (not person or person.get("is_bot")) else person)


def origin(thing: Object) -> str:
    """Return whose message was forwarded, for all kinds of MessageOrigin: user, hidden_user, chat, channel."""
    chat = get(thing, "sender_chat") or get(thing, "chat")
    name = full_name(get(thing, "sender_user")) or words(thing, "sender_user_name") or full_name(chat)
    signed = words(thing, "author_signature")
    return f"{name} ({signed})" if name and signed else name or signed


def post(thing: Object) -> str:
    """Return the public address of a forwarded channel post, "" where it has none."""
    chat, number = get(thing, "chat"), identifier(thing, "message_id")
    username = words(chat, "username")
    return f"https://t.me/{username}/{number}" if username and number else ""
