import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattrag.datafiles.ids import check_document_id, check_question_id
from wattrag.errors import InputError


@pytest.mark.parametrize("good", ["a", "smith2024", "A.b_c+d-9", "2024", "_x", "x" * 120])
def test_document_ids_are_plain_file_names(good):
    assert check_document_id(good, "row 2") == good


@pytest.mark.parametrize(
    "bad",
    [
        "",
        ".",
        "..",
        "../../etc/x",
        "a/b",
        "a\\b",
        "a b",
        "-rf",
        ".hidden",
        "é",
        "a\n",
        "a.",
        "x" * 121,
    ],
)
def test_what_cannot_name_a_file_is_no_document_id(bad):
    with pytest.raises(InputError, match=r"^row 2: id .* cannot name a file; use 1 to 120 letters"):
        check_document_id(bad, "row 2")


@given(st.text(max_size=150))
def test_an_accepted_document_id_stays_in_its_folder(tmp_path_factory, text):
    try:
        check_document_id(text, "row")
    except InputError:
        return
    folder = tmp_path_factory.getbasetemp()
    assert (folder / f"{text}.json").resolve().parent == folder.resolve()


@pytest.mark.parametrize(
    "bad", ["", "../../etc/x", "a/b", "a\\b", "..", "a\tb", "q\x1b[31m", "x" * 201]
)
def test_question_ids_are_printable_and_no_paths(bad):
    with pytest.raises(InputError, match=r"^row 2: id "):
        check_question_id(bad, "row 2")


def test_question_ids_may_hold_blanks_and_letters_of_any_language():
    assert check_question_id("Frage 1 é", "row 2") == "Frage 1 é"
