"""Every address of the server: the helpdesk's own, health, and anymail's doors for providers that push mail."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from tickets.urls import signing_in
from tickets.views import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("livez", health.livez),
    path("healthz", health.healthz),
    path("anymail/", include("anymail.urls")),
    path("", include(signing_in)),
    path("", include("tickets.urls")),
]
if any(channel.startswith("bridges.") for channel in settings.CHANNELS):  # without them the room may be missing
    urlpatterns.insert(0, path("bridges/", include("bridges.urls")))
urlpatterns[:0] = [path("", include(f"{app}.urls")) for app in settings.PAGE_APPS]
if settings.DEMO:
    urlpatterns.insert(0, path("demo/", include("tickets.demo.urls")))
    urlpatterns[:0] = [path("demo/", include(f"{app}.urls")) for app in settings.DEMO_APPS]
