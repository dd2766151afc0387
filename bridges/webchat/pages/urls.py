"""Addresses of the chat."""

from django.urls import path

from bridges.webchat.pages import live, said, window

app_name = "webchat"

urlpatterns = [
    path("chat/<slug:public_id>/", window.alone, name="alone"),
    path("chat/<slug:public_id>/frame/", window.frame, name="frame"),
    path("chat/<slug:public_id>/widget.js", window.widget, name="widget"),
    path("chat/<slug:public_id>/qr.svg", window.code, name="code"),
    path("chat/<slug:public_id>/begin/", said.begin, name="begin"),
    path("chat/<slug:public_id>/say/", said.say_line, name="say"),
    path("chat/<slug:public_id>/lines/", said.lines, name="lines"),
    path("chat/<slug:public_id>/receipts/", said.receipts, name="receipts"),
    path("chat/<slug:public_id>/end/", said.end, name="end"),
    path("chat/<slug:public_id>/transcript/", said.transcript, name="transcript"),
    path("chat/<slug:public_id>/live/", live.live, name="live"),
    path("chat/<slug:public_id>/file/<slug:message>/<int:part>/", said.file, name="file"),
]
