"""Readers that ask a chat model: the prompt, the form of a reply, and reading it."""
