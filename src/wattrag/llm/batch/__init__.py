"""OpenAI's Batch API: requests handed in together, and read when a day at most has gone by."""
