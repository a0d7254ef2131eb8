"""Chat, vision and embedding clients and engines; what all share lies beside the folders."""
