"""Query plans: a chat model writes further queries for each question."""
