"""What each customer may want next, what goes with what, and what a manager should do about it."""
