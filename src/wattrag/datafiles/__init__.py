"""The CSV formats users hand us and get back: document sheet, questions, submission."""
