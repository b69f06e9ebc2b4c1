"""What to order now, from whom and why."""
