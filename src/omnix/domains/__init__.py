"""The domains, each written once over the ports."""
