"""Addresses of the demo's pages; helpdesk/urls.py includes them under demo/ while settings.DEMO is true."""

from django.urls import path

from tickets.demo import views

app_name = "demo"

urlpatterns = [
    path("sign-in/<str:token>/", views.enter, name="enter"),
    path("database/", views.deletion, name="deletion"),
    path("database/progress/", views.deletion_progress, name="deletion-progress"),
    path("mailbox/", views.mailbox, name="mailbox"),
    path("mailbox/mails/", views.mails, name="mails"),
    path("mailbox/send/", views.send, name="send"),
]
