"""GET /media/<token>/<name>: one file, for a vendor that fetches what is sent to its user. The signed address is the key."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tickets.channels import read_media_link
from tickets.mime.file_names import safe_name
from tickets.models import Direction, Message
from tickets.views.message import file_of, guarded, kind_of_picture, kind_of_recording


@require_safe
def show(request: HttpRequest, token: str, name: str) -> HttpResponse:
    """The file by what its first bytes say, a picture or a film as such and all else as a download; 404 once the address has run out."""
    named = read_media_link(token)
    message = Message.objects.filter(public_id=named[0], direction=Direction.OUT).first() if named else None
    if message is None or named is None:
        raise Http404(_("This address is none of ours, or it does not work any more."))
    file, content = file_of(message, named[1])
    kind = kind_of_picture(content) or kind_of_recording(content)
    response = guarded(HttpResponse(content, content_type=kind or "application/octet-stream"))
    shown = "inline" if kind else "attachment"
    response["Content-Disposition"] = f'{shown}; filename="{safe_name(file.filename, f"file-{file.part}")}"'
    return response
