"""What will sell, with quantiles."""
