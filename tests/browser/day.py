"""The mails of one day: forty of the demo's customers write for the first time, and twenty senders of spam."""

from datetime import datetime, timedelta

from tests.flows.desk import mail
from tickets.demo import mails, script
from tickets.demo.mails import SHOP_HOST
from tickets.demo.script import Conversation

CUSTOMERS = 40
MACHINES = ("mailing", "system")  # what writes newsletters and notices
# What the shop's own mail server has recognised, and what it has let through.
MARKED = (
    ("Crown Prize Office", "claims@crown-prize.example", "You have been selected"),
    ("Rank Rocket", "hello@rank-rocket.example", "Your website is invisible"),
    ("Mailbox Team", "no-reply@mailbox-team.example", "Your mailbox is 99 % full"),
    ("Golden Coin Club", "vip@golden-coin.example", "Double it by Friday"),
    ("Express Parcel", "delivery@express-parcel-desk.example", "Your parcel waits for a fee"),
    ("Lucky Draw", "draw@lucky-draw.example", "Final notice: your voucher"),
    ("Loan Desk", "offers@loan-desk.example", "Approved without questions"),
    ("Miracle Pharmacy", "shop@miracle-pharmacy.example", "Sixty per cent off today"),
    ("Account Guard", "alert@account-guard.example", "Unusual sign-in to your account"),
    ("Trade Fair Lists", "lists@fair-lists.example", "12 000 buyers of bicycles"),
    ("Watch Outlet", "sale@watch-outlet.example", "Replica watches, last pieces"),
    ("Tax Refund Office", "refund@tax-office-desk.example", "Your refund could not be paid"),
)
UNMARKED = (
    ("Brad", "brad@growth-partners.example", "Quick question about your website"),
    ("Tiffany", "tiffany@link-exchange.example", "Guest post on your blog"),
    ("Kevin", "kevin@seo-audit.example", "I made a free audit of your shop"),
    ("Olga", "olga@factory-direct.example", "Best price carbon frames factory"),
    ("Marcus", "marcus@crypto-terminal.example", "Accept coins in your shop"),
    ("Grace", "grace@leads-daily.example", "500 leads for bicycle shops"),
    ("Steven", "steven@followers.example", "10 000 followers by Monday"),
    ("Dana", "dana@review-lift.example", "We remove bad reviews"),
)


def customers() -> list[Conversation]:
    """Forty conversations of the demo, each of somebody else, that a person began."""
    begun: dict[str, Conversation] = {}
    for told in script.conversations():
        if told.steps[0].kind == "in" and told.client not in MACHINES:
            begun.setdefault(told.customer.address, told)
    return list(begun.values())[:CUSTOMERS]


def first_mail(told: Conversation, at: datetime) -> bytes:
    """The mail that begins a conversation, as the shop's server received it."""
    return mails.write(told, told.steps[0], at)


def spam(number: int, at: datetime) -> bytes:
    """The spam mail of this number; the server's word stands above the first of them."""
    name, address, subject = (MARKED + UNMARKED)[number]
    written = mail(
        "Dear owner, reply within 24 hours and we do the rest.",
        sender=address,
        name=name,
        to=script.MAILBOXES["support"].address,
        subject=subject,
        message_id=f"{number}@{address.rpartition('@')[2]}",
        date=at - timedelta(minutes=1),
    )
    found = b"X-Spam-Flag: YES\r\nX-Spam-Status: Yes, score=9.4 required=5.0\r\n" if number < len(MARKED) else b""
    return f"Authentication-Results: {SHOP_HOST}; dmarc=none\r\n".encode() + found + written
