"""Where messengers push to."""

from django.urls import path

from bridges import views

app_name = "bridges"
urlpatterns = [path("<slug:public_id>/", views.receive, name="receive")]
