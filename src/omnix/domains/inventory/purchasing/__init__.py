"""Purchase orders, from a draft to what came of it."""
