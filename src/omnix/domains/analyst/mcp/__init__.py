"""The tools for other assistants, by the Model Context Protocol; what writes makes drafts."""
