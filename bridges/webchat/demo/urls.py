"""Addresses of the shop's website, below demo/."""

from django.urls import path

from bridges.webchat.demo import views

app_name = "webchat_demo"

urlpatterns = [path("webchat/", views.show, name="phone")]
