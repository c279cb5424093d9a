# SPDX-License-Identifier: Apache-2.0
"""Plain clips as the partner of the tested one, made once for each folder of cases."""

import pathlib

import make
from case import PLAIN_AUDIO, PLAIN_VIDEO


class GoodClips:
    """`folder`: where a case lives; the clips are kept next to it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder).parent / "good"

    def video(self):
        return self._clip("picture.mp4", {**PLAIN_VIDEO, "frames": 30}, None)

    def audio(self):
        return self._clip("sound.wav", None, {**PLAIN_AUDIO, "samples": 57600})

    def _clip(self, name, video, audio):
        kept = self.folder / name
        if not kept.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            made = make.make_clip(self.folder / f"making_{name}", video, audio, seed=49)
            made.rename(kept)
        return kept
