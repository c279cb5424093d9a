# SPDX-License-Identifier: Apache-2.0
"""What a case is: plain data, each option with the value that is the least odd. JSON both ways."""

import copy
import json

# Order matters: what comes first is tried first when a failing case is made smaller.
PLAIN_VIDEO = {
    "treatment": None,  # what happens to the finished file: see make.py
    "start_s": 0,  # of the whole file's timeline
    "timing": {"kind": "constant"},
    "container": "mp4",
    "mux": "plain",  # or fragments, index_last, no_edit_list
    "codec": "h264",
    "bframes": 0,
    "open_gop": False,
    "gop": 25,
    "rotation": 0,
    "sar": "1:1",
    "colors": "bt709",  # tags: matrix, transfer and primaries; "untagged" for none
    "full_range": False,
    "pixels": "yuv420p",
    "interlaced": False,  # flagged so; the pictures are progressive
    "size": [128, 96],
    "rate": "25",
    "frames": 50,
}
PLAIN_AUDIO = {
    "treatment": None,
    "start_s": 0,
    "gap": None,  # [first packet, number of packets] that are left out, their time passes
    "jitter_ms": 0,  # of the timestamps
    "drift": 0,  # share by which timestamps run slower than samples
    "container": "wav",
    "mux": "plain",
    "codec": "pcm_s16le",
    "bitrate_k": None,  # None: the encoder's choice; "vbr" for LAME
    "channels": 1,
    "layout": None,
    "sample_rate": 48000,
    "samples": 96000,
}


class Case:
    """`video`, `audio`: how the clip is made; None = a plain good clip in its place. When `one_file`, the sound is a
    stream of the video's file (its own container, mux and treatment are not used). `ask`: flags of react1."""

    def __init__(self, seed, video=None, audio=None, one_file=False, ask=()):
        self.seed, self.video, self.audio, self.one_file = seed, video, audio, one_file
        self.ask = [list(flag) for flag in ask]  # [["--start", "0.5"], ["--same-take"]]

    @staticmethod
    def from_json(text):
        data = json.loads(text)
        video = {**PLAIN_VIDEO, **data["video"]} if data["video"] is not None else None
        audio = {**PLAIN_AUDIO, **data["audio"]} if data["audio"] is not None else None
        return Case(data["seed"], video, audio, data["one_file"], data["ask"])

    def to_json(self):
        """Only what is odd is written."""

        def odd(clip, plain):
            return None if clip is None else {k: v for k, v in clip.items() if v != plain[k]}

        return json.dumps({"seed": self.seed, "video": odd(self.video, PLAIN_VIDEO),
                           "audio": odd(self.audio, PLAIN_AUDIO), "one_file": self.one_file, "ask": self.ask})

    def copy(self):
        return copy.deepcopy(self)

    def flags(self):
        return [word for flag in self.ask for word in flag]

    def asked(self, name):
        """The value of a flag; "" for one without a value; None when it is not given."""
        for flag in self.ask:
            if flag[0] == name:
                return flag[1] if len(flag) > 1 else ""
        return None

    def length(self):
        """How odd it is: the fewer, the easier to understand."""
        return len(self.to_json())
