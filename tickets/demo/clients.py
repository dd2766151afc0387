"""How mail programs write: their header fields, Message-IDs, reply prefixes the line above a quotation. Data."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tickets.demo.script import Person


@dataclass(frozen=True)
class Client:
    """One mail program. `quoting` names how it sets off quoted words; `mailer` is the field it signs its work with."""

    mailer: tuple[str, str] | None
    quoting: str
    html: bool
    transfer: str
    identifier: str


CLIENTS: Mapping[str, Client] = {
    "gmail": Client(None, "gmail", True, "quoted-printable", "CA+{short}@mail.{domain}"),
    "outlook": Client(
        ("X-Mailer", "Microsoft Outlook 16.0"), "outlook", True, "quoted-printable", "{long}@pr04.{domain}"
    ),
    "apple": Client(("X-Mailer", "Apple Mail (2.3826.300.87)"), "apple", True, "quoted-printable", "{uuid}@{domain}"),
    "iphone": Client(("X-Mailer", "iPhone Mail (22G86)"), "apple", True, "base64", "{uuid}@{domain}"),
    "thunderbird": Client(("User-Agent", "Mozilla Thunderbird"), "thunderbird", False, "8bit", "{lower}@{domain}"),
    "mutt": Client(("User-Agent", "Mutt/2.2.12 (2023-09-09)"), "plain", False, "8bit", "{digits}.{short}@{domain}"),
    "k9": Client(("User-Agent", "K-9 Mail for Android"), "plain", False, "8bit", "{uuid}@{domain}"),
    "webmail": Client(("X-Mailer", "Webmail 9.4"), "plain", True, "quoted-printable", "trinity-{lower}@app.{domain}"),
    "mailing": Client(
        ("X-Mailer", "Letterpress 4.1"), "plain", True, "quoted-printable", "{digits}.{short}@send.{domain}"
    ),
    "system": Client(None, "plain", False, "8bit", "{digits}.{short}@{domain}"),
}

REPLY_PREFIX: Mapping[str, str] = {"de": "AW: ", "it": "R: ", "fr": "RE: "}
AUTOMATIC_SUBJECT: Mapping[str, str] = {
    "en": "Automatic reply: ",
    "de": "Automatische Antwort: ",
    "fr": "Réponse automatique : ",
    "it": "Risposta automatica: ",
}

ATTRIBUTIONS: Mapping[str, Mapping[str, str]] = {
    "gmail": {
        "en": "On {day} {at:%d} {month} {at:%Y} at {at:%H:%M}, {who} wrote:",
        "de": "Am {day}., {at.day}. {month} {at:%Y} um {at:%H:%M} Uhr schrieb {who}:",
        "fr": "Le {day}. {at.day} {month} {at:%Y} à {at:%H:%M}, {who} a écrit :",
        "it": "Il giorno {day} {at.day} {month} {at:%Y} alle ore {at:%H:%M} {who} ha scritto:",
        "uk": "{day}, {at.day} {month} {at:%Y} р. о {at:%H:%M} {who} пише:",
        "ar": "في {day}، {at.day} {month} {at:%Y} في {at:%H:%M} تمت كتابة ما يلي بواسطة {who}:",
        "ja": "{at:%Y}年{at.month}月{at.day}日({day}) {at:%H:%M} {who}:",
    },
    "apple": {
        "en": "On {at.day} {month} {at:%Y}, at {at:%H:%M}, {who} wrote:",
        "de": "Am {at:%d.%m.%Y} um {at:%H:%M} schrieb {who}:",
        "fr": "Le {at.day} {month} {at:%Y} à {at:%H:%M}, {who} a écrit :",
        "it": "Il giorno {at.day} {month} {at:%Y}, alle ore {at:%H:%M}, {who} ha scritto:",
        "uk": "{at.day} {month} {at:%Y} р. о {at:%H:%M} {who} пише:",
        "ar": "في {at.day} {month} {at:%Y}، الساعة {at:%H:%M}، كتب {who}:",
        "ja": "{at:%Y/%m/%d} {at:%H:%M}、{who}のメール:",
    },
    "plain": {
        "en": "On {at:%Y-%m-%d %H:%M}, {who} wrote:",
        "de": "Am {at:%d.%m.%y} um {at:%H:%M} schrieb {who}:",
        "fr": "Le {at:%d/%m/%Y} à {at:%H:%M}, {who} a écrit :",
        "it": "Il {at:%d/%m/%y} {at:%H:%M}, {who} ha scritto:",
        "uk": "{at:%d.%m.%y} {at:%H:%M}, {who} пише:",
        "ar": "في {at:%d/%m/%Y} {at:%H:%M}، كتب {who}:",
        "ja": "On {at:%Y/%m/%d} {at:%H:%M}, {who} wrote:",
    },
}

OUTLOOK_FIELDS: Mapping[str, tuple[str, str, str, str]] = {
    "en": ("From", "Sent", "To", "Subject"),
    "de": ("Von", "Gesendet", "An", "Betreff"),
    "fr": ("De", "Envoyé", "À", "Objet"),
    "it": ("Da", "Inviato", "A", "Oggetto"),
    "uk": ("Від", "Надіслано", "Кому", "Тема"),
    "ar": ("من", "تم الإرسال", "إلى", "الموضوع"),
    "ja": ("差出人", "送信日時", "宛先", "件名"),
}

DAYS: Mapping[str, str] = {
    "en": "Mon Tue Wed Thu Fri Sat Sun",
    "de": "Mo Di Mi Do Fr Sa So",
    "fr": "lun mar mer jeu ven sam dim",
    "it": "lun mar mer gio ven sab dom",
    "uk": "пн вт ср чт пт сб нд",
    "ar": "الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد",
    "ja": "月 火 水 木 金 土 日",
}
MONTHS: Mapping[str, str] = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "de": "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
    "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "it": "gen feb mar apr mag giu lug ago set ott nov dic",
    "uk": "січ. лют. бер. квіт. трав. черв. лип. серп. вер. жовт. лист. груд.",
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    "ja": "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月",
}


def message_id(client: Client, seed: str, domain: str) -> str:
    """A Message-ID (RFC 5322 §3.6.4, with brackets) in this client's manner; the same seed always gives the same."""
    digest = hashlib.sha256(seed.encode()).hexdigest()
    identity = str(uuid.UUID(digest[:32], version=4))
    written = client.identifier.format(
        short=digest[:22], long=digest[:26].upper(), uuid=identity.upper(), lower=identity,
        digits=str(int(digest[:12], 16))[:10], domain=domain,
    )  # fmt: skip
    return f"<{written}>"


def attribution(client: Client, language: str, who: Person, at: datetime) -> str:
    """The line that this client, set to this language, writes above words that it quotes."""
    style = "plain" if client.quoting == "thunderbird" else client.quoting
    return ATTRIBUTIONS[style][language].format(
        at=at,
        day=DAYS[language].split()[at.weekday()],
        month=MONTHS[language].split()[at.month - 1],
        who=f"{who.name} <{who.address}>",
    )


def outlook_header(language: str, who: Person, at: datetime, to: str, subject: str) -> tuple[tuple[str, str], ...]:
    """The four fields that Outlook repeats above what it quotes, as (name, value)."""
    values = (f"{who.name} <{who.address}>", f"{at:%d.%m.%Y %H:%M}", to, subject)
    return tuple(zip(OUTLOOK_FIELDS[language], values, strict=True))
