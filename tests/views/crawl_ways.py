"""Every address of the project with its ways: add yours here."""

from typing import Any

from django.core import signing

from tests.views.crawl import (
    ADMINISTRATORS,
    AGENTS,
    ANYONE,
    MACHINES,
    OVERSEERS,
    WRITERS,
    Place,
    Way,
    World,
    patterns,
)
from tickets.actions.notify import KINDS
from tickets.models.press_links import PAGES
from tickets.views.remote_image import SALT as PICTURES

CHAT: dict[str, tuple[object, ...]] = {"webchat:file": ("nothing", 1)}
# What each has for themselves; what would change it asks for the password once more.
OWN_DOOR = (
    "mfa_index",
    "account_change_password",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
)


def ways(world: World) -> dict[str, list[Way]]:
    """The ways of every address, by its name."""
    return {
        **outside(),
        **lists(world),
        **tickets(world),
        **writing(world),
        **drafts(world),
        **saved_replies(world),
        **people(world),
        **house(world),
    }


def outside() -> dict[str, list[Way]]:
    """What stands open to the world: health, the doors of providers and messengers, and the way to sign in."""
    providers = {name: [Way(MACHINES)] for name, _ in patterns() if name.startswith("anymail:")}
    return {
        **providers,
        "bridges:receive": [Way(MACHINES, ("nobody",))],
        "livez": [Way(ANYONE)],
        "healthz": [Way(ANYONE)],
        "tickets:sign-in": [Way(ANYONE, data={"email": "eve@desk.example", "password": "guess"})],
        "tickets:join": [Way(ANYONE, ("forged",), data={"name": "Eve", "password": "a few words in a row"})],
        "tickets:password-choose": [Way(ANYONE, ("forged",), data={"password": "a few words in a row"})],
        "tickets:password-forgotten": [Way(ANYONE, data={"email": "quirin@geheim.example"})],
        "account_login": [Way(ANYONE, data={"email": "eve@desk.example", "password": "guess"})],
        "mfa_authenticate": [Way(ANYONE, data={"code": "123456"})],
        "tickets:welcome": [Way(ANYONE, ("forged",), data={"name": "Eve", "email": "eve@desk.example"})],
        "tickets:media": [Way(ANYONE, ("forged", "a.png"))],
        "tickets:write-to-us": [Way(ANYONE, ("nobody",), data={"text": "Let me in", "email": "eve@geheim.example"})],
        **{
            name: [Way(MACHINES, ("nobody", *CHAT.get(name, ())))]
            for name, _ in patterns()
            if name.startswith("webchat:")
        },
        "tickets:request-show": [Way(ANYONE, ("forged",), data={"text": "Let me in", "key": "k"})],
        "tickets:request-renew": [Way(ANYONE, ("forged",))],
        **{f"tickets:{page}": [Way(ANYONE, ("forged",))] for page in PAGES},
        "tickets:request-file": [Way(ANYONE, ("forged", "nothing", 1))],
        "tickets:live": [Way(AGENTS)],
    }


def lists(world: World) -> dict[str, list[Way]]:
    """What shows many tickets: lists, counts, search, parked items, the report."""
    hidden = world.hidden.account.public_id
    names = ("mine", "unassigned", "open", f"mailbox-{world.shared.account.public_id}")
    own = (f"mailbox-{hidden}", f"team-{world.board.public_id}")
    words = ("Quartzbach", "quirin@geheim.example", "770077")
    shown = [Way(AGENTS, (name,)) for name in names] + [Way(AGENTS, (name,), of_hidden=True) for name in own]
    tables = ("days", "answers", "ages", "agents", "teams")
    return {
        "tickets:home": [Way(AGENTS)],
        "tickets:rail-show": [Way(AGENTS)],
        "tickets:list-show": [*shown, Way(AGENTS, ("open",), "?rows=1")],
        "tickets:list-bar": [Way(AGENTS, ("open",)), Way(AGENTS, (own[0],), of_hidden=True)],
        "tickets:search-show": [Way(AGENTS, query=f"?q={word}") for word in words],
        "tickets:parked-list": [Way(AGENTS)],
        "tickets:parked-show": both(world, AGENTS, lambda one: ((one.item.spool,),)),
        "tickets:report-show": [Way(AGENTS), Way(AGENTS, query=f"?mailbox={hidden}", of_hidden=True)],
        "tickets:report-csv": [
            *(Way(AGENTS, query=f"?table={name}") for name in tables),
            Way(AGENTS, query=f"?table=ages&mailbox={hidden}", of_hidden=True),
        ],
    }


def tickets(world: World) -> dict[str, list[Way]]:
    """What shows one ticket, or one message."""
    about_ticket = ("ticket-show", "ticket-news", "ticket-earlier", "ticket-read", "box-show")
    about_message = ("message-html", "message-whole", "message-original", "message-versions")
    picture = lambda one: signing.dumps([one.message.public_id, "http://127.0.0.1/x.png"], salt=PICTURES)  # noqa: E731
    return {
        **{f"tickets:{name}": both(world, AGENTS, number) for name in about_ticket},
        **{f"tickets:{name}": both(world, AGENTS, message) for name in about_message},
        "tickets:message-original": [
            *both(world, AGENTS, message),
            *both(world, AGENTS, lambda one: ((one.message.public_id,), "?download")),
        ],
        "tickets:message-file": both(world, AGENTS, part),
        "tickets:message-picture": both(world, AGENTS, part),
        "tickets:image-remote": both(world, AGENTS, lambda one: ((), f"?of={picture(one)}"), answers=(502,)),
        "tickets:message-new": [Way(AGENTS)],
        "tickets:ticket-here": both(world, AGENTS, number, answers=(405,)),
        "tickets:ticket-follow": both(world, AGENTS, number, answers=(405,)),
        "tickets:ticket-people": both(world, AGENTS, number),
        "tickets:template-show": both(world, AGENTS, number, answers=(302,)),
    }


def writing(world: World) -> dict[str, list[Way]]:
    """What changes a ticket, its deliveries and files, and what came in."""
    changes: tuple[tuple[str, Any], ...] = (
        ("state", "solved"),
        ("assignee", world.people["member"].public_id),
        ("tag", "vip"),
    )
    joined = {"key": "join", "into": world.hidden.message.ticket.number}
    return {
        "tickets:ticket-change": [
            way
            for what, value in changes
            for way in both(world, WRITERS, number, data={"key": f"change-{what}", "what": what, "value": value})
        ],
        "tickets:ticket-merge": [
            Way(WRITERS, (world.shared.message.ticket.number,), data=joined, of_hidden=True),
            Way(WRITERS, (world.hidden.message.ticket.number,), data=joined, of_hidden=True),
        ],
        "tickets:template-send": both(world, WRITERS, number, data={"key": "template", "template": "hello en"}),
        "tickets:ticket-unmerge": both(world, WRITERS, number, data={"key": "unmerge", "merged": "1"}),
        "tickets:ticket-act": [
            Way(WRITERS, data={"key": f"act-{place}", "what": "state", "value": "solved", "numbers": str(place)})
            for place in (world.shared.message.ticket.number, world.hidden.message.ticket.number)
        ],
        "tickets:act-show": [Way(AGENTS, (world.bulk.public_id,), owner="member")],
        "tickets:act-undo": [Way(WRITERS, (world.bulk.public_id,), data={"key": "undo"}, owner="member")],
        **{
            f"tickets:ask-{what}": both(world, WRITERS, lambda one: ((one.message.ticket.number,),), data={"key": what})
            for what in ("hold", "let")
        },
        "tickets:delivery-retry": both(world, WRITERS, lambda one: ((one.delivery.public_id,),), data={"key": "retry"}),
        "tickets:delivery-detour": both(
            world, WRITERS, lambda one: ((one.delivery.public_id,),), data={"key": "detour"}
        ),
        "tickets:message-edit": both(world, WRITERS, message, data={"key": "edit", "text": "Other words."}),
        "tickets:message-withdraw": both(world, WRITERS, message, data={"key": "withdraw"}),
        "tickets:file-fetch": both(world, WRITERS, part, data={"key": "fetch"}),
        "tickets:parked-retry": both(world, WRITERS, lambda one: ((one.item.spool,),), data={"key": "parked"}),
    }


def drafts(world: World) -> dict[str, list[Way]]:
    """The reply box. What it saves names a ticket; a draft that is there is its writer's alone."""
    said = {"kind": "reply", "text": "Hello", "to": "zoe@customer.example"}
    own = {"public_id": world.draft.public_id, "owner": "member"}

    def saving(what: str) -> list[Way]:
        found = []
        for one in (world.shared, world.hidden):
            data = {**said, "key": f"{what}-{one.account.pk}", "ticket": one.message.ticket.number}
            found.append(Way(WRITERS, data=data, of_hidden=one is world.hidden))
        return found

    note = {"kind": "forward", "key": "forward", "ticket": world.shared.message.ticket.number, "to": "eve@else.example"}
    hidden_mail = {**note, "forwarded": world.hidden.message.public_id}
    from_hidden = {"kind": "new", "key": "new", "mailbox": world.hidden.account.public_id, "to": "eve@else.example"}
    return {
        "tickets:draft-save": [
            *saving("save"),
            Way(WRITERS, data=hidden_mail, of_hidden=True),
            Way(WRITERS, data=from_hidden, of_hidden=True),
        ],
        "tickets:draft-attach": saving("attach"),
        "tickets:draft-keep": saving("keep"),
        "tickets:draft-send": saving("send"),
        "tickets:draft-show": [Way(AGENTS, (own["public_id"],), owner="member")],
        "tickets:draft-undo": [Way(WRITERS, (own["public_id"],), owner="member")],
        "tickets:draft-discard": [Way(WRITERS, (own["public_id"],), owner="member")],
        "tickets:draft-detach": [Way(WRITERS, (world.file.public_id,), owner="member")],
    }


def saved_replies(world: World) -> dict[str, list[Way]]:
    """Texts that are ready: one of the Board's among them."""
    one = (world.reply.public_id,)
    written = {"title": "Hello", "text": "Hello", "whose": "everybody"}
    return {
        "tickets:saved-reply-list": [Way(AGENTS)],
        "tickets:saved-reply-add": [Way(AGENTS)],
        "tickets:saved-reply-suggest": [Way(AGENTS, query="?q=say")],
        "tickets:saved-reply-edit": [Way(AGENTS, one, of_hidden=True)],
        "tickets:saved-reply-save-new": [Way(WRITERS, data={**written, "key": "sn"})],
        "tickets:saved-reply-save": [Way(WRITERS, one, data={**written, "key": "sr"}, of_hidden=True)],
        "tickets:saved-reply-remove": [Way(WRITERS, one, of_hidden=True)],
        "tickets:saved-reply-restore": [Way(WRITERS, one, of_hidden=True, answers=(404,))],
        "tickets:saved-reply-use": [
            Way(WRITERS, one, of_hidden=True),
            Way(WRITERS, one, data={"ticket": world.hidden.message.ticket.number}, of_hidden=True),
        ],
    }


def people(world: World) -> dict[str, list[Way]]:
    """A customer's own page, and what is done to it."""
    other = world.hidden.message.ticket.contact.public_id

    def key(once: str, **data: str) -> dict[str, Any]:
        return {"data": {"key": once, **data}}

    return {
        "tickets:contact-show": both(world, AGENTS, customer),
        "tickets:contact-join": [
            *both(world, AGENTS, customer),
            Way(AGENTS, *customer(world.shared), query="?q=quirin"),
            Way(AGENTS, *customer(world.shared), query=f"?with={other}", of_hidden=True),
        ],
        "tickets:contact-edit": both(world, WRITERS, customer, **key("ce", name="Renamed")),
        "tickets:contact-address-add": both(world, WRITERS, customer, **key("ca", address="more@else.example")),
        "tickets:contact-invite": both(world, WRITERS, customer, **key("ci", address="none"), answers=(404,)),
        "tickets:contact-address-drop": both(world, WRITERS, customer, **key("cd", address="more@else.example")),
        "tickets:contact-address-again": both(world, WRITERS, customer, **key("cg", address="nobody@else.example")),
        "tickets:contact-note": both(world, WRITERS, customer, **key("cn", text="Likes tea.")),
        "tickets:contact-join-do": [
            Way(WRITERS, *customer(world.shared), data={"key": "cj", "other": other}, of_hidden=True)
        ],
        "tickets:contact-unjoin": both(world, WRITERS, customer, **key("cu", other="none"), answers=(404,)),
    }


def house(world: World) -> dict[str, list[Way]]:
    """What sets the house up: for administrators, and what each chooses for themselves."""
    team, mirror, person = world.board.public_id, world.mirror.public_id, world.people["outsider"].public_id
    account, contact = world.hidden.account.public_id, world.hidden.message.ticket.contact.public_id
    as_before = [f"{kind}:page" for kind in KINDS]
    named = {"email": "new@desk.example", "name": "New", "role": "agent", "password": "a few words in a row"}
    return {
        "tickets:reach-show": [Way(OVERSEERS)],
        "tickets:reach-csv": [Way(OVERSEERS)],
        "tickets:reach-account": [Way(OVERSEERS, (account,), answers=(404,))],
        **{
            f"tickets:reach-{what}": [
                Way(ADMINISTRATORS, (account,), answers=(404,), data={"key": what, "reason": "Odd"})
            ]
            for what in ("drill", "exercise", "stop", "halt", "go-on", "resume")
        },
        "tickets:campaign-show": [Way(ADMINISTRATORS, (account,), answers=(404,))],
        "tickets:campaign-begin": [Way(ADMINISTRATORS, (account,), answers=(404,), data={"key": "begin"})],
        "tickets:campaign-stop": [Way(ADMINISTRATORS, (account,), answers=(404,), data={"key": "end"})],
        "tickets:account-list": [Way(ADMINISTRATORS)],
        "tickets:account-add": [Way(ADMINISTRATORS, data={"key": "a", "name": "Odd", "address": "odd@desk.example"})],
        "tickets:account-edit": [Way(ADMINISTRATORS, (account,), data={"name": "Other", "language": "en"})],
        "tickets:account-suggest": [Way(ADMINISTRATORS, query="?address=odd@gmx.de")],
        "tickets:account-consent": [Way(ADMINISTRATORS, (account, "google"))],
        "tickets:account-consented": [Way(ADMINISTRATORS)],
        "tickets:account-texts": [Way(ADMINISTRATORS, (account,))],
        "tickets:text-edit": [Way(ADMINISTRATORS, (account, "footer", "de"), data={"template": "Blaues Rad"})],
        "tickets:text-preview": [Way(ADMINISTRATORS, (account, "footer", "de"), data={"template": "Blaues Rad"})],
        "tickets:account-check": [Way(ADMINISTRATORS, (account,))],
        "tickets:account-picture": [Way(ADMINISTRATORS, (account,), answers=(404,))],
        "tickets:account-examine": [Way(ADMINISTRATORS, (account,))],
        "tickets:account-changes": [Way(ADMINISTRATORS, (account,))],
        "tickets:account-pause": [Way(ADMINISTRATORS, (account,))],
        "tickets:account-remove": [Way(ADMINISTRATORS, (account,))],
        "tickets:mirror-list": [Way(ADMINISTRATORS)],
        "tickets:mirror-add": [Way(ADMINISTRATORS, data={"key": "m", "name": "Tape", "url": "file:///nowhere/else"})],
        "tickets:mirror-edit": [Way(ADMINISTRATORS, (mirror,), data={"name": "Tape", "url": "file:///nowhere/else"})],
        "tickets:mirror-check": [Way(ADMINISTRATORS, (mirror,))],
        "tickets:mirror-pause": [Way(ADMINISTRATORS, (mirror,))],
        "tickets:mirror-remove": [Way(ADMINISTRATORS, (mirror,))],
        "tickets:people-list": [Way(ADMINISTRATORS, data={"key": "p", **named})],
        "tickets:people-edit": [Way(ADMINISTRATORS, (person,), data={**named, "email": "sales@desk.example"})],
        "tickets:people-remove": [Way(ADMINISTRATORS, (person,))],
        "tickets:team-list": [Way(ADMINISTRATORS)],
        "tickets:team-add": [Way(ADMINISTRATORS, data={"key": "t", "name": "Night"})],
        "tickets:team-edit": [Way(ADMINISTRATORS, (team,), data={"name": "Board", "mailboxes": [account]})],
        "tickets:team-remove": [Way(ADMINISTRATORS, (team,))],
        "tickets:export-show": [Way(ADMINISTRATORS)],
        "tickets:export-download": [
            Way(ADMINISTRATORS, query="?format=mbox"),
            Way(ADMINISTRATORS, query="?format=zip"),
        ],
        "tickets:contact-answer": [Way(ADMINISTRATORS, (contact,))],
        "tickets:contact-erase": [Way(ADMINISTRATORS, (contact,), data={"key": "e", "quotes": "cut"})],
        "tickets:contact-hold": [Way(ADMINISTRATORS, (contact,), data={"key": "h", "reason": "A court asks."})],
        "tickets:ticket-hold": both(world, ADMINISTRATORS, number, data={"key": "th", "reason": "A court asks."}),
        "tickets:erasure-list": [Way(ADMINISTRATORS)],
        "tickets:erasure-show": [Way(ADMINISTRATORS, ("none",), answers=(404,))],
        "tickets:notification-list": [Way(AGENTS)],
        "tickets:notification-latest": [Way(AGENTS)],
        "tickets:notification-read": [Way(AGENTS, answers=(405,))],
        "tickets:notification-choose": [Way(AGENTS, data={"told": as_before}, answers=(405,))],
        "tickets:me-edit": [Way(AGENTS, data={"name": ""})],
        **{f"tickets:people-{verb}": [Way(ADMINISTRATORS, (person,))] for verb in ("link", "second-step")},
        "tickets:session-end": [Way(AGENTS, data={"session": "none"}, answers=(405,))],
        **{name: [Way(AGENTS, answers=(404,))] for name in OWN_DOOR},
        "tickets:sign-out": [Way(ANYONE)],
        "account_logout": [Way(ANYONE)],
    }


def number(one: Place) -> tuple[Any, ...]:
    return ((one.message.ticket.number,),)


def customer(one: Place) -> tuple[Any, ...]:
    return ((one.message.ticket.contact.public_id,),)


def message(one: Place) -> tuple[Any, ...]:
    return ((one.message.public_id,),)


def part(one: Place) -> tuple[Any, ...]:
    return ((one.message.public_id, one.message.attachments.get().part),)


def both(world: World, who: str, make: Any, **more: Any) -> list[Way]:
    """The same way about the ticket of all, and about the Board's."""
    return [Way(who, *make(one), **more, of_hidden=one is world.hidden) for one in (world.shared, world.hidden)]
