"""Chat, vision and embedding clients and engines: one provider a file."""
