"""Why a start cannot go on."""


class CannotStart(Exception):
    """Says in plain words what is in the way and what to do about it."""
