"""Sentences of papers: where they end, and where a full stop is none."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattrag.corpus.readers.sentences import sentence_spans, split_sentences

ONE_SENTENCE = [
    "Strubell et al. (2019) estimated the cost.",
    "In Fig. 3 and Figs. 4-5 the curve falls.",
    "This holds, i.e. for most, e.g. for small ones.",
    "The PUE was 1.58 vs. 1.10 in 2020.",
    "Other values exist (cf. Table 2).",
    "J. D. Smith wrote it with A.-L. Ligozat.",
    "See Eq. 4 and Sec. 2.1 for details.",
    "It costs $3.5 million, approx. 700,000 liters of water.",
    "The U.S. Department of Energy reported 176 TWh.",
    "2. Methods for everyone",
    "Table 1. Energy by category.",
    "Figure 12. Fraction of time.",
]


@pytest.mark.parametrize("text", ONE_SENTENCE)
def test_full_stops_of_abbreviations_and_numbers_end_nothing(text: str) -> None:
    assert [s for s in split_sentences(text) if s in {"Table 1.", "2."}] == []
    if not text.startswith(("Table", "Figure")):
        assert split_sentences(text) == [text]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("It emits 284 t CO2. It grew.", ["It emits 284 t CO2.", "It grew."]),
        ("Training took 3.5 h. The rest was idle.", ["Training took 3.5 h.", "The rest was idle."]),
        ("It drew 300 W. In total 1.05 kWh.", ["It drew 300 W.", "In total 1.05 kWh."]),
        ("What is next? Nothing! We stop.", ["What is next?", "Nothing!", "We stop."]),
        ("It is in Table 2. The rest is not.", ["It is in Table 2.", "The rest is not."]),
        ("Figure 3. Use by site. It fell.", ["Figure 3. Use by site.", "It fell."]),
        ("The std. dev. was 3. It fell.", ["The std. dev. was 3.", "It fell."]),
        ("They agree.[12] Others do not.", ["They agree.[12]", "Others do not."]),
        ("能源很重要。水也很重要。", ["能源很重要。", "水也很重要。"]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


@given(st.text(alphabet=st.sampled_from("ab A.!?[]12 \n。é"), max_size=120))
def test_spans_are_in_order_and_lose_nothing_but_white_space(text: str) -> None:
    spans = sentence_spans(text)
    assert all(left < right for left, right in spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    outside = set(range(len(text))) - {i for a, b in spans for i in range(a, b)}
    assert all(text[i].isspace() for i in outside)
