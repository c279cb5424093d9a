# SPDX-License-Identifier: Apache-2.0
"""Differences that are meant to be. docs/media.md lists the same, each with the same name; a test holds the two together."""

import dataclasses
from typing import Callable


@dataclasses.dataclass(frozen=True)
class Explanation:
    name: str  # as docs/media.md lists it
    kind: str  # of the difference
    applies: Callable  # to (case, difference)


TABLE = []


def reason(case, difference):
    """The name of the explanation of a difference; None when there is none."""
    for explanation in TABLE:
        if explanation.kind == difference.kind and explanation.applies(case, difference):
            return explanation.name
    return None
