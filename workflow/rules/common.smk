"""The study behind the rules, and the files that they read; no rule is among it.

A path pattern is written once, as the output of the rule that makes it; all else refers to
`rules.NAME.output`.
"""


def write(pattern, **wildcards):
    """A rule's output for given wildcards."""
    return expand(pattern, **wildcards)[0]


include: "common/study.smk"
include: "common/wildcards.smk"
include: "common/documents.smk"
include: "common/evidence.smk"
include: "common/results.smk"
include: "common/targets.smk"
include: "common/ending.smk"
