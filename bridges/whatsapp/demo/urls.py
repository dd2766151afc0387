"""Addresses of the phone, below demo/."""

from django.urls import path

from bridges.whatsapp.demo import views

app_name = "whatsapp_demo"

urlpatterns = [
    path("whatsapp/", views.PHONE.show, name="phone"),
    path("whatsapp/messages/", views.PHONE.messages, name="messages"),
    path("whatsapp/do/", views.PHONE.act, name="act"),
    path("whatsapp/file/<str:media>/", views.file, name="file"),
]
