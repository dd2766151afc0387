"""What channels keep of an account, and look up of what was sent by it."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tickets.channels.refusals import NotConnected
from tickets.models import Account, Delivery, Portrait
from tickets.record.config import write_config

LARGEST_PORTRAIT = 256 * 1024
LOOKED_BACK = 500  # messages to one recipient among which a quoted one is looked for


def keep_address(account: Account, address: str) -> None:
    """Store the address that the vendor knows `account` by. Raises NotConnected when another account has it already."""
    account.address = address.strip().lower()
    try:
        with transaction.atomic():
            account.save(update_fields=["address"])
            transaction.on_commit(write_config)
    except IntegrityError:
        words = _("%s is connected already. Change that account instead, or remove it first.")
        raise NotConnected(words % address) from None


def keep_portrait(account: Account, content: bytes) -> None:
    """Store the picture that the vendor shows of `account`; b"" when there is none. Large ones are left out."""
    if not content or len(content) > LARGEST_PORTRAIT:
        Portrait.objects.filter(account=account).delete()
    else:
        Portrait.objects.update_or_create(account=account, defaults={"content": content})


def message_id_of(account: Account, recipient: str, remote_id: str) -> str | None:
    """Return the Message-ID of what we sent to `recipient` and the vendor calls `remote_id`; None when it is not ours."""
    sent = Delivery.objects.filter(account=account, recipient=recipient).exclude(remote_ids=[]).order_by("-pk")
    ids = sent.values_list("remote_ids", "message__message_id")[:LOOKED_BACK]
    return next((message_id for remote_ids, message_id in ids if remote_id in " ".join(remote_ids).split(" ")), None)
