"""Servers that a job starts for itself, asks and ends."""
