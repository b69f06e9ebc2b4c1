"""Customers in numbers, against published figures and slow integrals."""
