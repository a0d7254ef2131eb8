"""Which ensembles of a pool's members are tried."""

from itertools import combinations
from math import comb

MOST_MEMBERS = 12
"""Pools of up to so many members are tried in full: 4,095 ensembles."""
PER_SIZE = 32
"""Ensembles of each size that are tried of larger pools."""

Subset = tuple[int, ...]


def subsets(members: int, size: int) -> list[Subset]:
    """Ensembles of `size` of the members 0 to members - 1, in lexicographic order.

    All of them for pools of up to `MOST_MEMBERS` members, else at most `PER_SIZE`, evenly spaced
    in that order, the first and the last among them.
    """
    possible = comb(members, size)
    if members <= MOST_MEMBERS or possible <= PER_SIZE:
        return list(combinations(range(members), size))
    ranks = [round(n * (possible - 1) / (PER_SIZE - 1)) for n in range(PER_SIZE)]
    return [_ranked(rank, members, size) for rank in ranks]


def _ranked(rank: int, members: int, size: int) -> Subset:
    """The combination at a place of the lexicographic order, without listing those before it."""
    chosen: list[int] = []
    for member in range(members):
        wanted = size - len(chosen)
        if not wanted:
            break
        beginning_here = comb(members - member - 1, wanted - 1)
        if rank < beginning_here:
            chosen.append(member)
        else:
            rank -= beginning_here
    return tuple(chosen)
