"""Live updates: which events go to which channels, and the protocol that clients speak."""
