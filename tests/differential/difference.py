# SPDX-License-Identifier: Apache-2.0
"""One difference between what react1 made and what the source is."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Difference:
    kind: str  # what is counted and explained by: "video_time", "sound_position", …
    message: str

    def __str__(self):
        return f"{self.kind}: {self.message}"
