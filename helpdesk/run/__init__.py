"""`manage.py run`: every part of Holdfast in the foreground, forked from one warm parent and kept alive."""
