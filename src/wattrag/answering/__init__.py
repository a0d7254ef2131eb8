"""Answering: from retrieved evidence to answers, submissions and their usage."""
