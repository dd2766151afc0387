"""The way in: accept (the only door), and the steps that make entries of what was accepted."""
