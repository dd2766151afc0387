"""The project: settings, the supervisor behind `make run`, the web and worker entry points. It may import everything."""

from helpdesk.celery import app as celery_app

__all__ = ["celery_app"]
