"""Reach: which contacts can be reached by which routes, and who is lost if a vendor closes."""
