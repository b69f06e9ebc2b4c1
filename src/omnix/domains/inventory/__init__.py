"""Stock per location over an append-only ledger, and what to order."""
