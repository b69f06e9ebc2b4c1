"""A whole shop from one place to another: what moves, how it is copied, how that is checked."""
