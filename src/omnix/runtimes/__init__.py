"""The only modules that choose adapters."""
