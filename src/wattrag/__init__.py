"""wattrag: measure retrieval-augmented generation over scientific PDFs."""
