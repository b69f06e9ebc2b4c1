"""Answers without a language model: what is meant, what to look up, and how to say it."""
