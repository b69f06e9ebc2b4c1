"""The shop's settings, health, jobs and everything about running the platform itself."""
