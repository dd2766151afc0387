"""The way out: route (which address), queue (claim), deliver (send part by part, return an Outcome)."""
