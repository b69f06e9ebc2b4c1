"""Demand that empty shelves hid: estimated with the history, shown as lost sales."""
