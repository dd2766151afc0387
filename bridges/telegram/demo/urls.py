"""Addresses of the phone, below demo/."""

from django.urls import path

from bridges.telegram.demo import views

app_name = "telegram_demo"

urlpatterns = [
    path("phone/", views.PHONE.show, name="phone"),
    path("phone/messages/", views.PHONE.messages, name="messages"),
    path("phone/do/", views.PHONE.act, name="act"),
    path("phone/file/<str:file_id>/", views.file, name="file"),
]
