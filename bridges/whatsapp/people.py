"""Who is meant: a person by the id that the vendor gives them for this business, and by the number that they may hide.

Since 2026 a person has a `user_id` (BSUID), and the number (`wa_id`) may be absent (channels.md §3, "2026 identity change").
The user_id is the address; the number is an attribute, and the address only of those who have nothing else.
"""

from bridges.payload import Object, get, identifier, items, words


def person(value: Object, thing: Object) -> dict[str, str]:
    """Return id, name, user_id, phone and username of who wrote `thing`, a message of `value`; a part unknown is ""."""
    user_id, phone = identifier(thing, "from_user_id"), identifier(thing, "from")
    return known(value, user_id, phone)


def known(value: Object, user_id: str, phone: str) -> dict[str, str]:
    """Return whom one of these names; the payload's contacts say more of them."""
    card = _card(items(value, "contacts"), user_id, phone)
    user_id = user_id or identifier(card, "user_id")
    phone = digits(phone or identifier(card, "wa_id"))
    profile = get(card, "profile")
    username = words(profile, "username")
    return {
        "id": user_id or phone,
        "name": words(profile, "name") or username or (f"+{phone}" if phone.isdigit() else phone),
        "user_id": user_id,
        "phone": phone,
        "username": username,
    }


def _card(cards: list[Object], user_id: str, phone: str) -> Object:
    for card in cards:
        if (user_id and identifier(card, "user_id") == user_id) or (phone and identifier(card, "wa_id") == phone):
            return card
    return cards[0] if len(cards) == 1 and not (user_id and identifier(cards[0], "user_id")) else {}


def digits(phone: str) -> str:
    """Return a number as WhatsApp writes it, without "+" and spaces; what is none stays as it is."""
    bare = phone.lstrip("+").replace(" ", "").replace("-", "")
    return bare if bare.isdigit() else phone


def address_data(found: dict[str, str], group: str) -> dict[str, str]:
    """Return what an answer needs: the ids in the vendor's own letters, and the number where it is known."""
    if group:
        return {"group": group}
    username, phone = found["username"], found["phone"]
    shown = f"+{phone}" if phone.isdigit() else f"@{username}" if username else ""
    return {name: found[name] for name in ("user_id", "phone", "username")} | {"shown": shown}
