"""Reports: what came in and went out, how fast it was answered, what is open, who did what. Reads only."""
