"""Chat models in this process with transformers: loading, prompts, and many replies at a time."""
