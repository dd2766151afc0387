"""A thousand believable mails for a benchmark: the same seed makes the same bytes.

Short texts, HTML beside text, quoted replies in threads, five languages in the charsets that people use, and five in a
hundred with files of 50 to 500 kB.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from pathlib import Path

from tickets.bench.words import CHARSETS, LEADS, PEOPLE, SENTENCES, SUBJECTS

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
LANGUAGES = ["en"] * 6 + ["de"] * 3 + ["fr", "uk", "ja"]
TO = "support@bench.example"
STYLE = "font-family:Calibri,Arial,sans-serif;font-size:11pt;color:#1f2937;margin:0 0 8px 0"
FILES = [
    ("rechnung.pdf", "application", "pdf"),
    ("photo.jpg", "image", "jpeg"),
    ("data.xlsx", "application", "octet-stream"),
]


@dataclass(slots=True)
class Thread:
    """A conversation so far: who writes, and what was said."""

    language: str
    name: str
    address: str
    subject: str
    ids: list[str] = field(default_factory=list)
    said: str = ""
    at: datetime = START


def write(folder: Path, count: int = 1000, seed: int = 1) -> int:
    """Write `count` mails as .eml into `folder`, made when missing; return how many bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    return sum((folder / f"{n:05d}.eml").write_bytes(raw) for n, raw in enumerate(mails(count, seed)))


def mails(count: int, seed: int = 1) -> Iterator[bytes]:
    """Yield `count` mails in the order of their dates."""
    dice = random.Random(seed)  # noqa: S311 - nothing secret: the same seed makes the same mails
    threads: list[Thread] = []
    for number in range(count):
        thread = dice.choice(threads[-200:]) if threads and dice.random() < 0.45 else begin(dice, number)
        if not thread.ids:
            threads.append(thread)
        thread.at = START + timedelta(minutes=number)
        yield letter(dice, thread, number)


def begin(dice: random.Random, number: int) -> Thread:
    """A new conversation."""
    language = dice.choice(LANGUAGES)
    subject = dice.choice(SUBJECTS[language]).format(dice.randrange(10_000, 99_999))
    return Thread(
        language, dice.choice(PEOPLE[language]), f"customer{dice.randrange(400)}@mail{number % 7}.example", subject
    )


def letter(dice: random.Random, thread: Thread, number: int) -> bytes:
    """The next mail of a conversation, as bytes with CRLF."""
    fresh = "\n\n".join(
        " ".join(dice.choices(SENTENCES[thread.language], k=dice.randint(1, 5))) for _ in range(dice.randint(1, 5))
    )
    quoted = f"\n\n{LEADS[thread.language].format(thread.at, TO)}\n{quote(thread.said)}" if thread.ids else ""
    signature = f"\n\n-- \n{thread.name}\n" if dice.random() < 0.5 else ""
    text = f"{fresh}{signature}{quoted}\n"
    mail = EmailMessage(policy=SMTP)
    head(dice, mail, thread, number)
    charset = fitting(dice, thread.language, text)
    mail.set_content(text, charset=charset, cte="quoted-printable" if charset == "windows-1252" else None)
    if dice.random() < 0.6:
        mail.add_alternative(page(dice, fresh, thread), subtype="html", cte=dice.choice(["quoted-printable", "base64"]))
    if dice.random() < 0.05:
        name, kind, subtype = dice.choice(FILES)
        mail.add_attachment(dice.randbytes(dice.randint(50_000, 500_000)), kind, subtype, filename=name)
    for depth, part in enumerate(mail.walk()):
        if part.is_multipart():
            part.set_boundary(f"----=_Part_{number}_{depth}")  # Python's own would be another each time
    thread.said = f"{fresh}{quoted}"[:6000]
    return mail.as_bytes()


def head(dice: random.Random, mail: EmailMessage, thread: Thread, number: int) -> None:
    """The head as a mail has it after two hops."""
    when = format_datetime(thread.at)
    for hop in range(2):
        mail["Received"] = (
            f"from mx{hop}.mail.example (mx{hop}.mail.example [192.0.2.{dice.randrange(1, 250)}]) by in{hop}.bench.example "
            f"(Postfix) with ESMTPS id {dice.randbytes(6).hex()} for <{TO}>; {when}"
        )
    mail["DKIM-Signature"] = (
        f"v=1; a=rsa-sha256; c=relaxed/relaxed; d=mail.example; s=k1; bh={dice.randbytes(32).hex()}; b={dice.randbytes(128).hex()}"
    )
    identifier = f"{dice.randbytes(10).hex()}.{number}@mail.example"
    mail["Message-ID"] = f"<{identifier}>"
    mail["Date"] = when
    mail["From"] = f'"{thread.name}" <{thread.address}>'
    mail["To"] = f"Support <{TO}>"
    mail["Subject"] = f"Re: {thread.subject}" if thread.ids else thread.subject
    if thread.ids:
        mail["In-Reply-To"] = f"<{thread.ids[-1]}>"
        mail["References"] = " ".join(f"<{one}>" for one in thread.ids[-10:])
    mail["User-Agent"] = "Mozilla Thunderbird"
    mail["X-Spam-Status"] = "No, score=-1.2 required=5.0"
    thread.ids.append(identifier)


def fitting(dice: random.Random, language: str, text: str) -> str:
    """One of the language's charsets that holds the text."""
    charset = dice.choice(CHARSETS[language])
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        return "utf-8"
    return charset


def quote(text: str) -> str:
    """What was said before, with a mark before each line."""
    return "\n".join(f"> {line}" for line in text.splitlines())


def page(dice: random.Random, fresh: str, thread: Thread) -> str:
    """The HTML that an office program would write: many styles, few words; sometimes a long table."""
    paragraphs = "".join(
        f'<p class="MsoNormal" style="{STYLE}"><span lang="{thread.language}">{escape(p)}</span></p>\n'
        for p in fresh.split("\n\n")
    )
    rows = dice.choice([0, 0, 0, 20, 80])
    table = "".join(
        f'<tr><td style="{STYLE}">{n}</td><td width="80%" style="{STYLE}">Item {n}</td><td align="right">{n * 3},00</td></tr>\n'
        for n in range(rows)
    )
    body = f"{paragraphs}<table cellpadding=0 border=0>{table}</table>" if rows else paragraphs
    history = (
        f'<blockquote type="cite" style="margin:0 0 0 8px;border-left:1px solid #ccc">{escape(thread.said)}</blockquote>'
        if thread.ids[:-1]
        else ""
    )
    return (
        f'<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><style>p.MsoNormal {{{STYLE}}}</style></head>\n'
        f'<body lang="{thread.language}" link="#0563C1"><div class="WordSection1">{body}</div>{history}</body></html>\n'
    )
