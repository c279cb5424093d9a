# SPDX-License-Identifier: Apache-2.0
"""Does the harness see what it is there to see? Clips that are wrong on purpose have to be reported, right ones not."""

import copy
import dataclasses
import pathlib
import re
import tempfile
import unittest
from fractions import Fraction

import numpy

import compare_answers
import compare_sound
import compare_video
import explained
import formats
import make
import noise
import oracle
import picture
import shrink
from case import PLAIN_AUDIO, PLAIN_VIDEO, Case
from difference import Difference
from draw import draw
from prepared import Answer, MadeAudio, MadeVideo

MEDIA_PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "media.md"


def kinds(differences):
    return {difference.kind for difference in differences}


class Signals(unittest.TestCase):
    def test_a_piece_of_sound_is_found_to_a_hundredth_of_a_millisecond_at_every_rate(self):
        for rate in formats.ANY_RATES:
            whole = oracle.resampled(noise.sound(3, rate, 3 * rate), rate)[:, 0]
            for first in (0, 7, rate // 3, 2 * rate):
                cut = oracle.resampled(noise.sound(3, rate, rate, first=first), rate)[2000:3600, 0]
                place, likeness, gain = noise.find(0.5 * cut, whole, len(whole) // 2, len(whole))
                self.assertAlmostEqual(place, 2000 + first * 16000 / rate, delta=0.16)
                self.assertGreater(likeness, 0.93)  # less than 1 between two samples
                self.assertAlmostEqual(gain, 0.5, delta=0.005)

    def test_no_piece_of_sound_is_like_another(self):
        whole = noise.sound(5, 16000, 15 * 16000)[:, 0]
        other = noise.sound(6, 16000, 15 * 16000)[:, 0]
        for first in range(0, 14 * 16000, 16000):
            self.assertLess(noise.find(other[first:first + 1600], whole, 0, len(whole))[1], 0.6)

    def test_every_number_is_read_from_pictures_of_any_size_also_when_they_are_scaled_and_noisy(self):
        dice = numpy.random.default_rng(1)
        for width, height in ((128, 96), (96, 160), (127, 97), (160, 90)):
            painter = picture.Painter(width, height)
            for number in range(0, 2048, 7):
                luma = numpy.frombuffer(painter.frame(number)[:width * height], numpy.uint8).reshape(height, width)
                noisy = numpy.clip(luma[:, ::-1][:, ::-1] + dice.normal(0, 25, luma.shape), 0, 255)
                self.assertEqual(picture.read_number(noisy), number)
                self.assertIsNone(picture.read_number(noisy[:, ::-1].copy()) if number not in _MIRRORED else None)

    def test_any_wrong_cell_makes_a_number_unreadable(self):
        painter = picture.Painter(128, 96)
        for cell in range(16):
            luma = numpy.frombuffer(painter.frame(1234)[:128 * 96], numpy.uint8).reshape(96, 128).copy()
            box = luma[32 + 16 * (cell // 8):48 + 16 * (cell // 8), 16 * (cell % 8):16 * (cell % 8) + 16]
            box[:] = 251 - box
            self.assertIsNone(picture.read_number(luma))

    def test_colours_come_back_from_every_matrix_and_range(self):
        for matrix in picture.MATRICES:
            for full in (False, True):
                for _, rgb in picture.PATCHES.values():
                    back = picture.to_rgb(picture.to_ycc(rgb, matrix, full), matrix, full)
                    self.assertLess(picture.distance(rgb, back), 0.01)


# Numbers whose cells mirrored are a number too.
_MIRRORED = {n for n in range(2048)
             if picture.is_number([*picture.cells(n)[7::-1], *picture.cells(n)[:7:-1]])}


class Oracle(unittest.TestCase):
    def test_ffmpegs_word_on_plain_files_is_what_was_put_in(self):
        with tempfile.TemporaryDirectory() as folder:
            video = {**PLAIN_VIDEO, "frames": 40, "bframes": 2, "container": "matroska", "start_s": 7}
            audio = {**PLAIN_AUDIO, "samples": 61234, "codec": "pcm_s16le", "container": "matroska", "start_s": 0.3}
            shown, heard = oracle.look(make.make_clip(pathlib.Path(folder), video, audio, 4), True, True)
        self.assertEqual(shown.numbers, list(range(40)))
        self.assertEqual([round(float(time - shown.times[0]) * 25) for time in shown.times], list(range(40)))
        self.assertAlmostEqual(float(shown.times[0]), 7, delta=0.1)
        self.assertAlmostEqual(float(heard.start - shown.times[0]), 0.3, delta=0.0011)
        self.assertEqual(heard.stored, 61234)
        self.assertLess(float(numpy.abs(heard.samples - noise.sound(4, 48000, 61234)).max()), 0.001)

    def test_a_gap_becomes_silence_of_its_length(self):
        with tempfile.TemporaryDirectory() as folder:
            audio = {**PLAIN_AUDIO, "samples": 96000, "codec": "mp3", "container": "matroska", "gap": [20, 10]}
            _, heard = oracle.look(make.make_clip(pathlib.Path(folder), None, audio, 4), False, True)
        self.assertAlmostEqual(heard.gaps_s, 10 * 1152 / 48000, delta=0.002)
        self.assertAlmostEqual(heard.length_s, 2, delta=0.06)

    def test_a_last_frame_that_is_timed_by_the_rest_of_the_sound_overlaps_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            audio = {**PLAIN_AUDIO, "samples": 22500, "codec": "mp3", "container": "mp4", "sample_rate": 16000}
            _, heard = oracle.look(make.make_clip(pathlib.Path(folder), None, audio, 4), False, True)
        self.assertEqual(len(heard.samples), heard.stored)
        self.assertEqual(heard.edges, [])

    def test_one_frame_whose_time_is_wrong_moves_nothing_and_two_do(self):
        def frame(time):
            return {"nb_samples": "480", "best_effort_timestamp_time": f"{time:.6f}"}

        right = [frame(i * 0.01) for i in range(9)]
        lone = [*right[:4], frame(0.05), *right[5:]]
        gap = [*right[:4], *(frame(i * 0.01 + 0.01) for i in range(4, 9))]
        times = [oracle._time(one) for one in oracle._without_wrong_labels(lone, 48000, 0.001)]
        self.assertEqual([i for i, time in enumerate(times) if time is None], [4])
        for frames in (right, gap):
            self.assertEqual(oracle._without_wrong_labels(frames, 48000, 0.001), frames)

    def test_the_priming_of_opus_in_an_mp4_of_another_clock_is_left_out(self):
        with tempfile.TemporaryDirectory() as folder:
            audio = {**PLAIN_AUDIO, "samples": 24000, "codec": "opus", "container": "mp4", "sample_rate": 12000}
            _, heard = oracle.look(make.make_clip(pathlib.Path(folder), None, audio, 4), False, True)
        self.assertEqual(heard.start, 0)
        found = noise.find(oracle.resampled(heard.samples, heard.rate)[8000:9600, 0],
                           noise.sound(4, 16000, 32000)[:, 0], 8000, 400)
        self.assertAlmostEqual(found[0], 8000, delta=4)

    def test_recordings_of_speex_that_were_joined_are_heard_without_their_headers(self):
        with tempfile.TemporaryDirectory() as folder:
            audio = {**PLAIN_AUDIO, "samples": 24000, "codec": "speex", "container": "ogg", "sample_rate": 16000}
            _, one = oracle.look(make.make_clip(pathlib.Path(folder) / "one", None, audio, 4), False, True)
            audio["treatment"] = {"kind": "bytes_twice"}
            _, two = oracle.look(make.make_clip(pathlib.Path(folder) / "two", None, audio, 4), False, True)
        self.assertEqual(len(two.samples), 2 * len(one.samples))
        self.assertTrue((two.samples[:len(one.samples)] == one.samples).all())


class RightAndWrongPictures(unittest.TestCase):
    def setUp(self):
        times = [Fraction(7) + Fraction(i, 25) for i in range(50)]
        self.case = Case(0, video=dict(PLAIN_VIDEO))
        self.source = oracle.Pictures(times, list(range(50)), times[-1] + Fraction(1, 25), Fraction(4, 3), Fraction(1, 25),
                                      times[0])
        said = {"source_window": {"start_s": 0.0, "end_s": 2.0}, "duration_s": 2.0, "action": "remux",
                "video": {"frames": 50}}
        patches = {name: rgb for name, (_, rgb) in picture.PATCHES.items()}
        self.made = MadeVideo(said, list(range(50)), Fraction(25), 128, 96, patches, True, "h264")

    def found(self, **changes):
        made = dataclasses.replace(copy.deepcopy(self.made), **changes)
        return kinds(compare_video.compare(self.case, self.source, made)
                     + compare_video.compare_window(self.case, self.source, made))

    def test_a_perfect_clip_has_no_difference(self):
        self.assertEqual(self.found(), set())

    def test_frames_that_are_dropped_repeated_swapped_or_late_are_found(self):
        numbers = list(range(50))
        self.assertIn("video_frames", self.found(numbers=numbers[:20] + [19] + numbers[21:]))
        self.assertIn("video_order", self.found(numbers=numbers[:20] + [21, 20] + numbers[22:]))
        self.assertIn("video_time", self.found(numbers=numbers[:20] + numbers[22:] + [49, 49]))
        self.assertIn("video_frames", self.found(numbers=[0] + numbers[:49]))
        self.assertIn("video_length", self.found(numbers=numbers[:45]))
        self.assertIn("video_strange", self.found(numbers=numbers[:20] + [777] + numbers[21:]))
        self.assertIn("video_unreadable", self.found(numbers=numbers[:20] + [None] + numbers[21:]))

    def test_a_wrong_rate_shape_colour_or_place_is_found(self):
        self.assertIn("video_rate", self.found(fps=Fraction(218, 10)))
        self.assertIn("video_uneven", self.found(even=False))
        self.assertIn("video_shape", self.found(width=160))
        wrong = {**self.made.patches, "top left": picture.to_rgb(
            picture.to_ycc(picture.PATCHES["top left"][1], "smpte170m", False), "bt709", False)}
        self.assertIn("video_color", self.found(patches=wrong))
        mirrored = {**self.made.patches, "top left": self.made.patches["top right"]}
        self.assertIn("video_color", self.found(patches=mirrored))

    def test_what_the_document_says_is_held_against_the_clip(self):
        self.assertIn("video_count_reported", self.found(said={**self.made.said, "video": {"frames": 49}}))
        self.assertIn("video_length_reported", self.found(said={**self.made.said, "duration_s": 1.96}))
        self.case.ask = [["--video-start", "0.5"]]
        self.assertIn("video_window", self.found())

    def test_a_head_that_cant_be_decoded_is_left_out_and_nothing_moves(self):
        self.source.origin = self.source.times[0] - Fraction(3, 25)
        said = {**self.made.said, "source_window": {"start_s": 0.12, "end_s": 2.12}}
        self.assertEqual(self.found(said=said), set())
        self.assertIn("video_time", self.found())


class RightAndWrongSound(unittest.TestCase):
    def setUp(self):
        self.case = Case(0, audio={**PLAIN_AUDIO, "channels": 2})
        samples = noise.sound(9, 48000, 96000, 2)
        self.source = oracle.Sound(48000, Fraction(0), samples, 96000, 0.0, "stereo", 0.0, [])
        self.said = {"source_window": {"start_s": 0.0, "end_s": 2.0}, "action": "transcode"}

    def found(self, samples, rate=48000, said=None):
        made = MadeAudio({**(said or self.said), "audio": {"samples": len(samples)}}, rate, samples.astype(numpy.float32))
        return kinds(compare_sound.compare(self.case, self.source, None, made, None))

    def test_a_perfect_clip_has_no_difference_at_any_rate(self):
        self.assertEqual(self.found(self.source.samples), set())
        self.assertEqual(self.found(noise.sound(9, 44100, 88200, 2), 44100), set())

    def test_sound_that_is_moved_by_more_than_a_millisecond_anywhere_is_found(self):
        whole = self.source.samples
        late = numpy.concatenate([numpy.zeros((58, 2)), whole[:-58]])
        self.assertIn("sound_position", self.found(late))
        self.assertEqual(self.found(numpy.concatenate([numpy.zeros((40, 2)), whole[:-40]])), set())
        self.assertIn("sound_position", self.found(numpy.concatenate([whole[:90000], whole[84000:90000]])))
        self.assertIn("sound_length", self.found(whole[:90000]))

    def test_swapped_channels_wrong_level_other_sound_and_lost_gaps_are_found(self):
        whole = self.source.samples
        self.assertIn("sound_strange", self.found(whole[:, ::-1]))
        self.assertIn("sound_level", self.found(whole * 1.07))
        self.assertIn("sound_strange", self.found(noise.sound(10, 48000, 96000, 2)))
        self.assertIn("sound_channels", self.found(whole[:, :1]))
        self.source.samples = whole.copy()
        self.source.samples[40000:60000] = 0
        self.assertIn("sound_in_silence", self.found(whole))
        self.assertEqual(self.found(self.source.samples), set())

    def test_both_sides_of_a_jump_are_held_to_their_place(self):
        whole = self.source.samples
        self.source.samples = numpy.concatenate([whole[:40000], numpy.zeros((3000, 2), numpy.float32), whole[40000:]])
        self.source.edges = [40000, 43000]
        self.assertEqual(self.found(self.source.samples), set())
        for moved, kind in ((30, set()), (60, {"sound_position"})):
            late = numpy.concatenate([whole[:40000], numpy.zeros((3000 + moved, 2)), whole[40000:-moved]])
            self.assertEqual(self.found(late), kind)

    def test_a_clip_over_the_limit_or_wrongly_reported_is_found(self):
        self.source.samples = noise.sound(9, 48000, 18 * 48000, 2)
        self.assertIn("sound_limit", self.found(self.source.samples[:15 * 48000 + 1]))
        said = {**self.said, "source_window": {"start_s": 0.5, "end_s": 2.0}}
        self.assertIn("sound_window", self.found(self.source.samples[24000:96000], said=said))


class Answers(unittest.TestCase):
    CLIPS = {"video": {"action": "remux", "reasons": [], "video": {"frames": 50, "fps": 25, "width": 128, "height": 96}},
             "audio": {"action": "transcode", "reasons": [],
                       "audio": {"samples": 96000, "sample_rate": 48000, "channels": 1}}}

    def test_plan_and_prepare_that_disagree_are_found(self):
        fine, refused = Answer(0, self.CLIPS, ""), Answer(3, {"error": {"where": "a", "message": "b"}}, "")
        other = copy.deepcopy(self.CLIPS)
        other["audio"]["audio"]["samples"] += 1
        self.assertEqual(compare_answers.compare(fine, fine), [])
        self.assertEqual(kinds(compare_answers.compare(fine, refused)), {"plan_disagrees"})
        self.assertEqual(kinds(compare_answers.compare(fine, Answer(0, other, ""))), {"plan_disagrees"})
        self.assertEqual(kinds(compare_answers.compare(fine, Answer(1, {}, "broken"))), {"prepare_exit"})
        self.assertEqual(kinds(compare_answers.compare(Answer(-11, {}, ""), fine)), {"plan_exit"})


class Cases(unittest.TestCase):
    def test_a_number_always_draws_the_same_case_and_its_text_brings_it_back(self):
        for seed in range(300):
            case = draw(seed)
            self.assertEqual(case.to_json(), draw(seed).to_json())
            self.assertEqual(Case.from_json(case.to_json()).to_json(), case.to_json())

    def test_every_container_and_codec_is_drawn(self):
        cases = [draw(seed) for seed in range(6000)]
        for table, clip in ((formats.VIDEO_CONTAINERS, "video"), (formats.AUDIO_CONTAINERS, "audio")):
            seen = {(getattr(c, clip)["container"], getattr(c, clip)["codec"]) for c in cases if getattr(c, clip)}
            wanted = {(container, codec) for container, (_, *codecs) in table.items() for codec in codecs[0]}
            self.assertEqual(wanted - seen, set())

    def test_a_failing_case_shrinks_to_what_makes_it_fail(self):
        case = draw(43)
        self.assertTrue(case.one_file and case.audio["gap"] and case.ask)
        true_judge = shrink._differences
        shrink._differences = lambda _, c, __: [Difference("x", "")] if c.audio and c.audio["gap"] else []
        try:
            small, _ = shrink.shrink(None, case, {"x"}, None)
        finally:
            shrink._differences = true_judge
        self.assertEqual(small.ask, [])
        odd = {name for name, value in small.audio.items() if value != PLAIN_AUDIO[name]}
        self.assertLessEqual(odd, {"gap", "container"})

    def test_the_explained_differences_are_those_that_the_page_of_media_lists(self):
        page = MEDIA_PAGE.read_text(encoding="utf-8")
        section = page.split("## What differs from ffmpeg on purpose")[1].split("\n## ")[0]
        self.assertEqual(sorted(re.findall(r"^- \*\*(.+?)\*\*", section, re.M)),
                         sorted(explanation.name for explanation in explained.TABLE))


def run(_program):
    suite = unittest.defaultTestLoader.loadTestsFromModule(__import__(__name__))
    return 0 if unittest.TextTestRunner(verbosity=1).run(suite).wasSuccessful() else 1
