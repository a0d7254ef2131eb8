"""Chat models in this process with llama.cpp: finding a file, loading it, and its prompts."""
