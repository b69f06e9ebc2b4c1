"""Experiments: any A/B file read out, false alarms by A/A, and the pace beside peers."""
