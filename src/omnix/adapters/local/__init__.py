"""The ports on one machine: SQLite, Delta Lake tables and files in one data folder."""
