"""The screens: a file per screen, each view is permission, form, verb, render."""
