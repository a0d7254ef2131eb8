"""Servers that speak OpenAI's protocol, OpenAI's own or others: calls, and reading replies."""
