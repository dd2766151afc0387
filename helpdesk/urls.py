"""Every address of the server: the helpdesk's own, and anymail's doors for providers that push mail."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("anymail/", include("anymail.urls")),
    path("", include("tickets.urls")),
]
