"""From questions to ranked evidence: search, fusion, rerank, expansion and their metrics."""
