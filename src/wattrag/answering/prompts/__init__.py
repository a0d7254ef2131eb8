"""Prompts: text files whose names carry their version."""
