"""Typesetting of the example corpus: light Markdown in, paper-like PDF out.

The example corpus has to look like real papers to a PDF reader: columns, hyphenated line
ends, running headers, footnotes, figures without text. General converters produce pages that
are easier to read than that, so this package sets its own.
"""
