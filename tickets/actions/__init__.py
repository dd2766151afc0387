"""The verbs. Each is one transaction and one entry; each has an apply function that a rebuild also uses."""
