"""Webchat: a chat of one's own on any website. There is no vendor who could close it."""
