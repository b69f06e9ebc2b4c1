"""Sales orders: placed exactly, then fulfilled, returned, cancelled."""
