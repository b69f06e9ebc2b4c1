"""What is unusual, given the season."""
