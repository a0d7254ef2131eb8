"""This machine: processor, memory, GPUs."""
