"""Does mail come back, to the mailbox's address and to a signed reply address? It carries those only after one has come back."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from imapclient.exceptions import IMAPClientError

from tickets.actions.accounts import change_account
from tickets.channels import NotSent
from tickets.mail.mailbox import Mailbox, TurnedAway, Unreachable, imap_server, open_mailbox
from tickets.mail.ways import FolderWay, way_of
from tickets.mime import identifiers
from tickets.mime.addresses import Mailbox as Box
from tickets.mime.build import build
from tickets.models import Account, InboxItem, new_id
from tickets.models.keys import KEY_ID, signing_key
from tickets.record import read, spool

LOOKS_EVERY = 1.0  # seconds
PLAIN, PLUS, PATTERN = "plain", "plus", "pattern"


@dataclass(frozen=True, slots=True)
class Trial:
    """A test mail to one kind of signed address."""

    style: str
    address: str
    message_id: str


def prove(account: Account, seconds: float) -> str:
    """Mail the mailbox at its signed addresses, wait for the mail to come back, set `reply_style`, and say what was found."""
    way = way_of(account)
    if isinstance(way, FolderWay):
        return _("Reply addresses were not tested: no way out is set up.")
    trials, began = trials_of(account), timezone.now()
    sent = []
    refusal = ""
    for trial in trials:
        try:
            ids, refused = way.carry(["", account.address], [trial.address], trial_mail(account, trial, began))
            sent += [trial] if ids else []
            refusal = next((error.reason for error in refused.values()), refusal)
        except NotSent as error:
            refusal = error.reason
    found = wait_for(account, sent, began, seconds) if sent else None
    if account.reply_style != (found.style if found else PLAIN):
        change_account(account, _("the check"), reply_style=found.style if found else PLAIN)
    return words(found, sent, refusal, seconds)


def words(found: Trial | None, sent: list[Trial], refusal: str, seconds: float) -> str:
    """Say what came of it."""
    if found and found.style != PLAIN:
        return _("Mail to signed reply addresses like %s comes back: replies carry them.") % found.address
    plain = _("Replies carry the plain address; answers thread by their headers and by a tag in the subject.")
    if not sent:
        return _("The test mail to a signed reply address was refused: %s") % refusal + " " + plain
    if found:
        late = _("A test mail came back; one to a signed reply address did not come back within %d seconds.") % seconds
        return f"{late} {plain}"
    late = (
        _("The test mail was sent, but did not come back within %d seconds: look where mail to the mailbox goes.")
        % seconds
    )
    return f"{late} {plain}"


def trials_of(account: Account) -> list[Trial]:
    """Return a test for each kind of address that the mailbox may take, the preferred one first, its own last."""
    styles = {PLUS: PLUS}
    if "{token}" in str(account.config.get("reply_pattern") or ""):
        styles = {PATTERN: str(account.config["reply_pattern"]), **styles}
    trials, domain = [], account.address.rpartition("@")[2]
    for style, pattern in styles.items():
        token = identifiers.reply_token(signing_key(), KEY_ID, new_id())
        address = identifiers.reply_address(account.address, token, pattern)
        if address != account.address:
            trials.append(Trial(style, address, f"check.{new_id()}@{domain}"))
    return [*trials, Trial(PLAIN, account.address, f"check.{new_id()}@{domain}")]


def trial_mail(account: Account, trial: Trial, at: datetime) -> bytes:
    """Return the test mail. It says that a machine wrote it, so that nothing answers it and no ticket is made of it."""
    return build(
        from_=Box(account.name, account.address),
        to=[Box("", trial.address)],
        subject=_("Test of reply addresses"),
        text=_("This mail tests whether answers find their way back. You may delete it."),
        message_id=trial.message_id,
        date=at,
        headers={"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"},
    )


def wait_for(account: Account, trials: list[Trial], began: datetime, seconds: float) -> Trial | None:
    """Look for the test mails among what arrives here and in the IMAP folder; the preferred one wins within a moment."""
    until = time.monotonic() + seconds
    look = _looker(account)
    while True:
        came = [trial for trial in trials if look(trial) or arrived(account, trial, began)]
        if trials[0] in came or (came and time.monotonic() > until - seconds / 2):
            return came[0]
        if time.monotonic() >= until:
            return came[0] if came else None
        time.sleep(LOOKS_EVERY)


def arrived(account: Account, trial: Trial, began: datetime) -> bool:
    """Whether the test mail is among the arrivals of this mailbox since `began`."""
    items = InboxItem.objects.filter(account=account, received_at__gte=began).select_related("entry")
    for item in items:
        try:
            raw = read.original(item.entry) if item.entry else spool.get(item.spool).raw
        except (FileNotFoundError, read.Missing):  # on its way into the record; the next look finds it
            continue
        if trial.message_id.encode() in raw[:20_000]:
            return True
    return False


def _looker(account: Account) -> Callable[[Trial], bool]:
    """Return what looks into the IMAP folder, if there is one that can be opened."""
    server = imap_server(account)
    try:
        mailbox = open_mailbox(account, server) if server else None
    except (TurnedAway, Unreachable):
        mailbox = None
    return lambda trial: mailbox is not None and _is_in(mailbox, trial)


def _is_in(mailbox: Mailbox, trial: Trial) -> bool:
    try:
        mailbox.client.noop()
        return bool(mailbox.client.search(["HEADER", "Message-ID", trial.message_id]))
    except (OSError, IMAPClientError):
        return False
