"""The one door for all messengers: find the account, verify, store, answer. Nothing is understood here."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from tickets.channels import Channel, NotConnected, open_channel
from tickets.inbox.accept import accept
from tickets.models import ANSWERED, Account, Health

ALERT_AFTER = 10  # refused calls in a row: a changed secret looks like silence


@csrf_exempt
def receive(request: HttpRequest, public_id: str) -> HttpResponse:
    """Store what a vendor pushes and answer 200 once it is stored, also for what nobody can read.

    404 for no account, what the channel says for a call that is not the vendor's; 500 makes the vendor try again.
    """
    account = get_object_or_404(Account.objects.select_related("mailbox"), public_id=public_id, removed_at=None)
    try:
        channel = open_channel(account)
    except NotConnected:
        return HttpResponse(status=404)
    if (refusal := channel.verify(request)) is not None:
        if refusal.status_code >= 400:
            count_refusal(account)
        return refusal
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    return stored(channel, request.body)


def stored(channel: Channel, raw: bytes) -> HttpResponse:
    """Accept `raw`, then answer as the vendor wants it: mostly with nothing, since some vendors act upon an answer.

    What is answered is stored with it. A push that comes again is answered with nothing: no words go out twice.
    """
    answer = channel.answer(raw)
    told = {ANSWERED: answer.decode("utf-8", "replace")} if answer else {}
    is_new = accept(channel.account, raw, source="webhook", key=channel.key(raw), envelope=told)
    if channel.account.state.get("refused"):
        change_state(channel.account, refused=None)
    return HttpResponse(answer if is_new else b"", content_type="application/json")


def count_refusal(account: Account) -> None:
    """Count calls that were refused in a row; ten of them are shown as the account's health."""
    before = account.state.get("refused") or {}
    count = int(before.get("count", 0)) + 1
    change_state(account, refused={"count": count, "at": timezone.now().isoformat()})
    if count >= ALERT_AFTER:
        words = _("%(count)d pushes in a row were refused: their secret is not ours. Connect the account again.")
        Account.objects.filter(pk=account.pk, health=Health.WORKING).update(
            health=Health.DEGRADED, health_reason=words % {"count": count}
        )


def change_state(account: Account, **changed: object) -> None:
    """Change some of what is kept with an account, and nothing else of it."""
    with transaction.atomic():
        fresh = Account.objects.select_for_update().get(pk=account.pk)
        fresh.state = fresh.state | changed
        fresh.save(update_fields=["state"])
