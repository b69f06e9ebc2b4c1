"""What is looked at: each source of figures as observations for the rules."""
