"""Embedders and cross-encoders, on this machine or behind `/v1/embeddings`."""
