"""A shop whose bot refuses, is halted and is closed: the world behind the screens that say what happens then."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from bridges.telegram.fake import FakeTelegram
from bridges.telegram.updates import as_bytes
from tests.flows.desk import arrive, mail, mailbox, settle
from tests.services.smtp import Sink
from tickets.actions import breaker
from tickets.actions.accounts import add_account
from tickets.actions.drafts import save_draft, schedule, send_due
from tickets.actions.join import join
from tickets.actions.objection import object_to
from tickets.actions.reply import reply
from tickets.channels import open_channel
from tickets.inbox.accept import Arrival, accept_many
from tickets.inbox.process import process_all
from tickets.models import Account, Against, Agent, Incident, ReachDay, Ticket
from tickets.reach.drill import hold

WRITE = {
    "Mona Lee": "Where is my parcel? The number is 10482.",
    "Omar Haddad": "Can I still change the colour?",
    "Ivy Stone": "Thank you, that fits.",
    "Noah Berg": "Please call me back.",
    "Lena Sommer": "Is the shop open on Saturday?",
}
HOME = {"Mona Lee": "mona.lee@home.example", "Noah Berg": "noah@home.example", "Lena Sommer": "lena@home.example"}


@dataclass
class Shop:
    """What the tests go to."""

    bot: Account
    kiosk: Account
    by: Agent
    telegram: FakeTelegram

    def ticket(self, name: str) -> Ticket:
        """The newest conversation of somebody on the messenger."""
        return Ticket.objects.filter(channel="telegram", contact__name=name).latest("pk")


def take(bot: Account, who: int, name: str, text: str) -> None:
    first, _space, last = name.partition(" ")
    chat = {"id": who, "type": "private", "first_name": first, "last_name": last}
    message = {"message_id": who, "date": int(timezone.now().timestamp()), "chat": chat, "text": text}
    update = {"update_id": who, "message": message | {"from": chat | {"is_bot": False}}}
    del update["message"]["from"]["type"]
    raw = as_bytes(update)
    accept_many([Arrival(bot, raw, "poll", open_channel(bot).key(raw) or "")])
    process_all()


def open_shop(telegram: FakeTelegram, sink: Sink, by: Agent) -> Shop:
    """Five people write to the bot, one to a bot that only receives; of three a proven address is known, one wants no mail."""
    support = mailbox()
    support.config = {"smtp_host": sink.host, "smtp_port": str(sink.port), "smtp_security": "none"}
    support.save()
    connected = {"api_url": telegram.url, "reroute_seconds": "0", "ask_address": "after_answer", "burst_seconds": "0"}
    secrets = {"token": telegram.token}
    bot = add_account("telegram", "Harbour Lane", "harbour_bot", connected, secrets)
    kiosk = add_account("telegram", "Kiosk", "kiosk_bot", connected | {"answers": "by_mail"}, secrets)
    for who, (name, text) in enumerate(WRITE.items(), 100):
        telegram.write(who, text, name=name)
        take(bot, who, name, text)
    take(kiosk, 200, "Rosa Diaz", "Do you sell keys?")
    shop = Shop(bot, kiosk, by, telegram)
    for name, address in HOME.items():
        before = arrive(support, mail("Hello.", sender=address, name=name, subject="My order"))
        assert before
        join(before.ticket.contact, shop.ticket(name).contact, by, "They told us on the phone.")
    object_to(HOME["Noah Berg"], Against.DETOURS, support)
    settle()
    return shop


def refuse_one(shop: Shop) -> None:
    """Mona has blocked the bot: what she asked is answered by mail. Rosa's answer waits for a way."""
    shop.telegram.blocked.add("100")
    reply(shop.ticket("Mona Lee"), "It left this morning and is with you on Friday.", shop.by)
    settle()
    settle()
    draft = save_draft("rosa", shop.by, ticket=shop.ticket("Rosa Diaz"), kind="reply", text="Yes, while you wait.")
    schedule(draft, seconds=0)
    send_due()


def remember(shop: Shop, days: int = 21) -> None:
    """What was counted on the days before, and a drill."""
    today = timezone.localdate()
    for ago in range(days, 0, -1):
        lost = 2 + ago // 3
        ReachDay.objects.create(
            account=shop.bot,
            day=today - timedelta(days=ago),
            contacts=40 - ago,
            contacts_alone=20 + lost,
            conversations=14 - ago % 5,
            lost=lost,
        )
    hold(shop.bot, shop.by)


def close_account(shop: Shop) -> Incident:
    """The vendor closes the bot's account while Omar and Lena are answered."""
    shop.telegram.is_revoked = True
    for name in ("Lena Sommer", "Omar Haddad"):
        reply(shop.ticket(name), "Yes, until Saturday at six.", shop.by)
    for _ in range(4):
        settle()
        breaker.look_after()
    return Incident.objects.get()
