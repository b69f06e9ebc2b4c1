"""Models: which there are, what they rest on, which one answers, and whether it still holds."""
