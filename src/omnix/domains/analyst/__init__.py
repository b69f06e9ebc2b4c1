"""Answers in words whose every number comes from a tool, and the tools for other assistants."""
