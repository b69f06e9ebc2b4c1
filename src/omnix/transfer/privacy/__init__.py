"""A customer's right to know what is kept, and to have it erased."""
