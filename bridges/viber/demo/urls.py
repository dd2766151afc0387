"""Addresses of the phone, below demo/."""

from django.urls import path

from bridges.viber.demo import views

app_name = "viber_demo"

urlpatterns = [
    path("viber/", views.PHONE.show, name="phone"),
    path("viber/messages/", views.PHONE.messages, name="messages"),
    path("viber/do/", views.PHONE.act, name="act"),
    path("viber/file/<int:message>/", views.file, name="file"),
]
