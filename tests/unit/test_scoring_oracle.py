"""The official scorer written a second time, from its description alone, as an oracle.

It is as plain as can be and shares no code with the library; both must agree on any input.
"""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wattrag.datafiles.questions import Gold
from wattrag.datafiles.submission import SubmissionRow
from wattrag.scoring.normalise import normalise
from wattrag.scoring.question import score_answer
from wattrag.scoring.rules import RULES

HEDGES = [
    *("more than", "less than", "greater than", "fewer than", "approximately", "about", "around"),
    *("over", "under", "nearly", "roughly", "up to", "at least", "at most"),
]
SUFFIXES = {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}


def number(text):
    try:
        return float(text)
    except ValueError:
        return None


def blank(text):
    text = text.strip().lower()
    sentence = "unable to answer with confidence based on the provided documents"
    return text in ("", "na", "n/a", "is_blank") or text.startswith(sentence)


def without_commas(text):
    return text.replace(",", "") if number(text.replace(",", "")) is not None else text


def plain(text):
    """Digits with at most one point and a digit on either side, maybe with a minus in front."""
    whole, point, rest = text.removeprefix("-").partition(".")
    return decimal(whole) and (not point or decimal(rest))


def decimal(text):
    return bool(text) and all(c.isdecimal() for c in text)


def shown(value):
    return str(int(value)) if value == math.floor(value) else str(value)


def normalised(text):
    text = text.strip()
    low = text.lower()
    if blank(text):
        return text
    if low in ("true", "yes", "false", "no"):
        return "1" if low in ("true", "yes") else "0"
    text = dehedged(without_commas(text))
    head = text[:-1].rstrip()
    if text[-1:] in "KkMmBbTt" and plain(head):
        return shown(float(head) * SUFFIXES[text[-1].lower()])
    return ranged(text)


def dehedged(text):
    low = text.lower()
    for hedge in HEDGES:
        words = hedge.split()
        pieces = low.split(maxsplit=len(words))
        if pieces[: len(words)] == words and len(pieces) > len(words):
            return without_commas(text.split(maxsplit=len(words))[-1].strip())
    if text[:1] in ("~", "\N{ALMOST EQUAL TO}", "<", ">"):
        return without_commas(text[1:].strip())
    return text


def ranged(text):
    body = text
    if body[:4].lower() == "from" and body[4:5].isspace():
        body = body[4:].lstrip()
    for at in range(1, len(body)):
        for separator in ("-", "\N{EN DASH}", "\N{EM DASH}", "to"):
            if body[at : at + len(separator)].lower() == separator:
                low, high = body[:at].rstrip(), body[at + len(separator) :].lstrip()
                if bound(low) and bound(high):
                    ends = sorted([float(low), float(high)])
                    return f"[{shown(ends[0])},{shown(ends[1])}]"
    return text


def bound(text):
    digits = text.removeprefix("-")
    return (
        bool(digits) and all(c.isdecimal() or c == "." for c in digits) and number(text) is not None
    )


def listed(text):
    text = text.strip()
    if len(text) > 1 and text[0] == "[" and text[-1] == "]":
        try:
            items = json.loads(text.replace("'", '"'))
        except (ValueError, RecursionError):
            items = text[1:-1].split(",")
        texts = ["" if i is None else str(i).strip() for i in items]
        return [t.lower() if number(t) is None else number(t) for t in texts]
    if len(text) > 1 and text[0] == "{" and text[-1] == "}":
        return sorted({t.strip().lower() for t in text[1:-1].split(",")} - {""})
    return None


def close(a, b):
    if math.isnan(a) or math.isnan(b):
        return False
    if math.isinf(a) or math.isinf(b):
        return a == b
    return abs(a - b) <= max(1e-3 * max(abs(a), abs(b)), 1e-3)


def value(gold, predicted):
    if blank(gold):
        return True
    g, p = listed(gold), listed(predicted)
    if g is not None:
        return within(g, number(predicted)) if p is None else same(g, p)
    if number(gold) is not None and number(predicted) is not None:
        return close(number(gold), number(predicted))
    return gold.strip().lower() == predicted.strip().lower()


def same(gold, predicted):
    if all(isinstance(x, float) for x in [*gold, *predicted]):
        return len(gold) == len(predicted) and all(map(close, sorted(gold), sorted(predicted)))
    texts = [sorted(str(x).strip().lower() for x in items) for items in (gold, predicted)]
    return texts[0] == texts[1]


def within(gold, found):
    if len(gold) != 2 or found is None or not all(isinstance(x, float) for x in gold):
        return False
    return min(gold) - 1e-3 <= found <= max(gold) + 1e-3


def tokens(cell):
    cell = cell.strip()
    if cell.startswith("["):
        try:
            items = json.loads(cell.replace("'", '"'))
            return {"" if i is None else str(i).strip().lower() for i in items}
        except (ValueError, RecursionError):
            pass
    return {cell.lower()} if cell else set()


def overlap(gold, predicted):
    g, p = tokens(gold), tokens(predicted)
    return 1.0 if not g | p else len(g & p) / len(g | p)


def official(gold, refs, predicted, cited, *, tidied):
    judged = normalised(predicted) if tidied else predicted
    return value(gold, judged), overlap(refs, cited), blank(predicted) if blank(gold) else None


NUMBERS = st.one_of(
    st.integers(-2000, 2000).map(str),
    st.floats(-50, 50).map(lambda x: f"{x:.3f}"),
    st.sampled_from(
        ["1,000", "10,50", "1e3", "1_000", "nan", "inf", "-inf", "1e400", "0.0005", "0"]
    ),
)
TEXTS = st.sampled_from(
    [
        "GPT-3",
        "gpt-3 ",
        "True",
        "no",
        "is_blank",
        "NA",
        "n/a",
        "",
        " ",
        "None",
        "null",
        "Moore's  Law",
        "x",
    ]
)
LISTS = st.tuples(
    st.sampled_from(["[]", "{}"]), st.lists(st.one_of(NUMBERS, TEXTS), max_size=4), st.booleans()
).map(lambda x: x[0][0] + ",".join(f"'{i}'" if x[2] else i for i in x[1]) + x[0][1])
DRESSED = st.one_of(
    st.tuples(
        st.sampled_from(["", *(f"{h} " for h in HEDGES), "About ", "~", "> ", "<", "about"]),
        st.one_of(NUMBERS, TEXTS),
        st.sampled_from(["", "K", " m", "B", "t", "%", " percent", "x", " million"]),
    ).map("".join),
    st.tuples(
        st.sampled_from(["", "from ", "From"]),
        NUMBERS,
        st.sampled_from(["-", " to ", "to", "\N{EN DASH}", " \N{EM DASH} ", " - ", ","]),
        NUMBERS,
    ).map("".join),
)
VALUES = st.one_of(NUMBERS, TEXTS, LISTS, DRESSED, st.text(max_size=12))
NEAR = st.tuples(
    st.floats(-3000, 3000) | st.floats(-1, 1),
    st.sampled_from([1, 1.0009, 1.00099, 1.0011, 1.0015, 0.99905, 0.9985]),
    st.sampled_from([0, 0, 0.0004, 0.0009, 0.0011, -0.0009, 0.002]),
).map(lambda x: (repr(x[0]), repr(x[0] * x[1] + x[2])))
BOUNDED = st.tuples(
    st.integers(-99, 99),
    st.integers(-99, 99),
    st.sampled_from(["-", "to", " to ", "\N{EN DASH}"]),
    st.sampled_from(["{0}{2}{1}", "[{1},{0}]", "{0}", "{1}.0009", "{1}.002", "[{0},{1},{0}]"]),
).map(lambda x: (f"[{x[0]},{x[1]}]", x[3].format(*x)))
SAME = st.tuples(NUMBERS | TEXTS, st.sampled_from(HEDGES), st.sampled_from("KkMmBbTt")).flatmap(
    lambda x: st.sampled_from(
        [(x[0], f"{x[1]} {x[0]}"), (normalised(x[0] + x[2]), f"{x[0]} {x[2]}"), (x[0], x[0])]
    )
)
PAIRS = st.one_of(st.tuples(VALUES, VALUES), NEAR, BOUNDED, SAME)
CELLS = st.one_of(
    st.lists(st.sampled_from(["a", "B", "is_blank", ""]), max_size=3).map(str),
    st.sampled_from(
        ["", "[]", "is_blank", "a", "a,b", "[a,b]", "nan", "[null]", "ref_id=a", "[[]]"]
    ),
    st.text(max_size=8),
)


@settings(max_examples=3000, deadline=None)
@given(PAIRS, CELLS, CELLS)
def test_the_scorer_agrees_with_its_description(values, refs, cited):
    gold, predicted = values
    for name in ("2025", "2025-normalized"):
        found = score_answer(Gold("", gold, refs), row(predicted, cited), RULES[name])
        expected = official(gold, refs, predicted, cited, tidied=name != "2025")
        assert (found.value_correct, found.ref_score, found.na_correct) == expected


@settings(max_examples=500, deadline=None)
@given(VALUES)
def test_a_normalised_number_or_list_is_not_normalised_further(text):
    once = normalise(text)
    if number(once) is not None or listed(once) is not None:
        assert normalise(once) == once


@pytest.mark.parametrize("name", ["2025", "2025-normalized"])
def test_the_oracle_is_no_yes_sayer(name):
    """Were it to agree with everything, the comparison above would say nothing."""
    pairs = [("4", "4"), ("4", "5"), ("[80,90]", "80-90"), ("1", "True"), ("is_blank", "5")]
    found = [official(g, "a", p, "a", tidied=name != "2025")[0] for g, p in pairs]
    assert found == [True, False, name != "2025", name != "2025", True]


def row(predicted, cited):
    return SubmissionRow("q", "", "", predicted, "", cited, "", "", "")
