# SPDX-License-Identifier: Apache-2.0
"""One case from begin to end: made, prepared, compared."""

import pathlib
import shutil

import compare_answers
import compare_sound
import compare_video
import good_clips
import make
import oracle
import prepared
from difference import Difference


class Judgement:
    def __init__(self, differences, commands=()):
        self.differences, self.commands = differences, list(commands)

    def kinds(self):
        return {difference.kind for difference in self.differences}


def judge(react1, case, folder):
    """Throws GeneratorError when the case can't be made or ffmpeg can't say what is right."""
    folder = pathlib.Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    video, audio = make.make_files(case, folder)
    pictures, sound = sources(case, video, audio)
    good = good_clips.GoodClips(folder)
    video, audio = video or good.video(), audio or good.audio()
    planned, made = prepared.ask(react1, case, video, audio, folder / "out")
    commands = [f"react1 prepare {video} {audio} -o {folder / 'out'} {' '.join(case.flags())}"]
    found = compare_answers.compare(planned, made)
    if made.error and not found:
        found = [compare_answers.refused(made)]
    if made.code == 0 and not made.error:
        found += _clips(case, pictures, sound, made.document)
    return Judgement(found, commands)


def sources(case, video, audio):
    """(oracle.Pictures, oracle.Sound) of the case's files; None for the clip that it lacks."""
    how = {}
    if case.audio:
        how = {"follow": bool(case.audio["drift"]),
               "tolerance": oracle.tolerance_of(case.audio["jitter_ms"])}
    if case.one_file:
        return oracle.look(video, True, True, **how)
    pictures = oracle.look(video, True, False)[0] if video else None
    sound = oracle.look(audio, False, True, **how)[1] if audio else None
    return pictures, sound


def _clips(case, pictures, sound, document):
    found = []
    if pictures:
        try:
            clip = prepared.read_video(document["video"])
            found += compare_video.compare(case, pictures, clip) + compare_video.compare_window(case, pictures, clip)
        except prepared.GeneratorError as error:
            found.append(Difference("video_undecodable", str(error)[-300:]))
    if sound:
        try:
            clip = prepared.read_audio(document["audio"])
            found += compare_sound.compare(case, sound, pictures, clip, document["video"])
        except prepared.GeneratorError as error:
            found.append(Difference("sound_undecodable", str(error)[-300:]))
    return found
