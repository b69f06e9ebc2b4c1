"""Orders and their lines: millions of rows, judged and drawn up in DuckDB."""
