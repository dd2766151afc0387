"""The demo: a month in the post of a small bicycle shop. Mail goes in through accept(), so the demo tests the pipe."""
