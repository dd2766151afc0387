"""The picture that a vendor shows of an account, from our own store: no page asks the vendor for it."""

from django.http import Http404, HttpRequest, HttpResponse

from tickets.models import Portrait
from tickets.views.access import administrates
from tickets.views.account import account_of
from tickets.views.message import guarded, kind_of_picture


@administrates
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """The picture; only of the kinds that cannot hold a script, by what its first bytes say."""
    found = Portrait.objects.filter(account=account_of(public_id)).first()
    content = bytes(found.content) if found else b""
    kind = kind_of_picture(content)
    if kind is None:
        raise Http404
    response = guarded(HttpResponse(content, content_type=kind))
    response["Content-Disposition"] = "inline"
    response["Cache-Control"] = "private, max-age=60"
    return response
