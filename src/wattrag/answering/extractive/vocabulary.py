"""Words the reader knows: function words, equivalents, directions. General English only."""
# ruff: noqa: SIM905 - word lists read best as text

STOPWORDS = frozenset(
    "a about according al all also an and any approximately are as at based be been being but by "
    "can could did do does document documents done each estimate estimated et false for from had "
    "has have how if in into is it its just many may me might more most much name named of on one "
    "or other our out paper papers per please range recent reported roughly shall should so some "
    "study such than that the their them then there these they this those through to true under up "
    "us value was we were what when where whether which while who whose why will with within would "
    "you your".split()
)
"""Function words, and the words in which questions about papers are framed."""

SAME = {
    "use": "use using usage consume consumes consumed consumption draw draws drew",
    "energy": "electricity electric electrical",
    "co2": "carbon co2e co2eq tco2e kgco2e gco2e",
    "emit": "emission emissions",
    "reduce": "reduction decrease decreases decline fall falls fell drop drops cut saving savings "
    "lower lowered",
    "increase": "rise rises rose risen grow grows grew growth",
    "cost": "price prices charge charges pay pays paid spend spent",
    "maximum": "max largest highest biggest peak most",
    "minimum": "min smallest lowest least",
    "average": "mean",
    "percent": "percentage",
    "liter": "litre litres",
    "meter": "metre metres",
    "center": "centre centres",
}
"""Words that mean the same in questions about resources, and British spellings."""

UP = frozenset(
    "increase increases increased increasing rise rises rising risen rose grow grows grew growing "
    "growth higher more larger greater improve improves improved improving improvement gain gains "
    "exceed exceeds exceeded outperform outperforms outperformed surpass surpasses faster above "
    "better highest most largest maximum".split()
)
DOWN = frozenset(
    "decrease decreases decreased decreasing fall falls fell falling fallen reduce reduces reduced "
    "reducing reduction decline declines declined declining drop drops dropped lower less fewer "
    "smaller worse worsen worsens degrade degrades degraded underperform underperforms "
    "underperformed slower below shrink shrinks diminish diminishes lowest least smallest "
    "minimum".split()
)
"""Words that say in which direction something goes or compares."""

MEASURED = {
    "energy": ("energy",),
    "power": ("power",),
    "emit": ("mass",),
    "co2": ("mass",),
    "weight": ("mass",),
    "water": ("volume",),
    "cost": ("usd", "eur", "gbp"),
    "time": ("time", "month"),
    "latency": ("time",),
    "duration": ("time", "month"),
    "runtime": ("time",),
    "long": ("time", "month"),
    "memory": ("data",),
    "bandwidth": ("data", "bandwidth"),
    "frequency": ("frequency",),
    "area": ("area",),
}
"""What is measured, by a word, and the dimensions of its units; see `quantities.unit_table`."""
MEASURING = "use emit cost take took require need produce generate achieve reach".split()
"""Verbs that say that something is measured, not of what it is."""
