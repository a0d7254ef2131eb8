"""Nodes, vectors and the lexical index of a corpus: built, updated, checked and read."""
