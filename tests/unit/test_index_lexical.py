"""The lexical side: windows, settings, and queries as data."""

import pytest

from wattrag.config.settings import Lexical
from wattrag.errors import InputError
from wattrag.index.lexical import build_lexical, load_lexical

from .small_index import build


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    return build(tmp_path_factory.mktemp("lexical"))


def found(index, query, **settings):
    lexical = index.lexical(Lexical(**{"title": False, **settings}))
    scores = dict(zip(lexical.rows.tolist(), lexical.scores(query).tolist(), strict=True))
    return {index.nodes[row].text for row, score in scores.items() if score > 0}


def test_a_window_of_one_finds_the_sentence_itself(index):
    assert found(index, "finland", window=1) == {"Finland is a cold country."}


def test_a_wider_window_finds_neighbours_within_the_section_only(index):
    assert found(index, "litres", window=3) == {
        "Cooling towers evaporate water.",
        "A large site uses 5 million litres a day.",
        "Dry coolers use no water at all.",
    }


def test_an_even_window_looks_ahead_first(index):
    assert found(index, "emitted", window=2) == {
        "Training the model took 1287 MWh of energy.",
        "It emitted 552 tonnes of carbon.",
    }


def test_the_title_is_searched_if_asked_for(index):
    assert found(index, "minerals", title=False) == set()
    assert len(found(index, "minerals", title=True)) == 2


def test_stemming_joins_word_forms_if_asked_for(index):
    assert found(index, "emits", window=1, stemming=False) == set()
    assert found(index, "emits", window=1, stemming=True) == {"It emitted 552 tonnes of carbon."}


@pytest.mark.parametrize(
    "query", ['"', "(((", "NOT water*", "a AND", "%_'; --", "\x00", "?", "", "the of and", "水" * 9]
)
def test_a_query_is_data_never_syntax(index, query):
    lexical = index.lexical(Lexical())
    assert len(lexical.scores(query)) == len(lexical.rows)


def test_a_question_of_100_000_characters_is_searched(index):
    assert found(index, "finland and lithium " * 5000, window=1) == {
        "Finland is a cold country.",
        "Lithium is mined in Chile.",
    }


def test_what_was_saved_scores_the_same(index, tmp_path):
    built = build_lexical(index.nodes, Lexical())
    built.save(tmp_path / "saved")
    loaded = load_lexical(tmp_path / "saved", index.nodes, Lexical())
    for query in ("cold water", "energy"):
        assert loaded.scores(query).tobytes() == built.scores(query).tobytes()


def test_the_index_of_other_nodes_is_refused(index, tmp_path):
    build_lexical(index.nodes, Lexical()).save(tmp_path / "saved")
    with pytest.raises(InputError, match="other nodes"):
        load_lexical(tmp_path / "saved", index.nodes[:6], Lexical())
