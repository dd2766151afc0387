"""The chat as visitors have it: its window, the line that puts it on a website, and what both ask of us."""
