"""What people know and models do not: forecasts changed with a reason, and what that was worth."""
