"""The tools: typed and read-only, each a question to a domain below."""
