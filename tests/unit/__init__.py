"""Specifications of single parts."""
