"""What the benchmarks of recommendations share."""
