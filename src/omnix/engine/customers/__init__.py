"""Customers in numbers: lifetimes and spend, next purchases, and groups of people alike."""
