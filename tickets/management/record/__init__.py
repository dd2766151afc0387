"""The verbs of `manage.py record`, a file each: what it asks for, and what it does."""
