# SPDX-License-Identifier: Apache-2.0
"""Every media file of a folder through probe, plan and prepare, against what ffmpeg decodes: for collections of real files.

Each file is given as VIDEO (with a plain voice) when it has moving pictures and as AUDIO (with a plain picture) when it has
sound. What is refused is listed with the reason and with what ffmpeg makes of the file, for a person to judge.
"""

import collections
import concurrent.futures
import dataclasses
import hashlib
import pathlib
import re
import tempfile

import compare_answers
import compare_sound
import good_clips
import noise
import oracle
import prepared
from case import Case
from difference import Difference
from tools import GeneratorError, React1, probe, run

ENDINGS = set("mp4 m4v m4a m4b mov mkv mka webm ts m2ts flv avi ogg oga ogv opus wav w64 caf mp3 aac adts flac aif aiff aifc au "
              "3gp 3g2 mpg mpeg vob nut wma wmv asf amr ac3 ac4 eac3 ec3 mp2 wv tta h264 264 hevc 265 m2v rf64 dts ape mpc "
              "spx rm voc gif apng".split())
LONGEST_S = 120  # longer files are prepared, but not decoded by the oracle
SLACK_S = 0.05
REAL_JITTER_S = 0.02  # the jitter of a real recorder is unknown


@dataclasses.dataclass
class Row:
    """One file in one place."""

    path: str
    role: str  # VIDEO or AUDIO
    refused: str = ""
    ffmpeg: str = ""  # what ffmpeg makes of it
    differences: list = dataclasses.field(default_factory=list)


def run_all(program, folder, jobs, say=print):
    """(files, rows). Each row that is worth a look is said as soon as it is there. Files of equal content count once."""
    seen, files = set(), []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix.lower()[1:] in ENDINGS:
            digest = hashlib.sha256(path.read_bytes()).digest()
            if digest not in seen:
                seen.add(digest)
                files.append(path)
    rows = []
    with concurrent.futures.ProcessPoolExecutor(jobs) as pool:
        for done, found in enumerate(pool.map(one_file, [program] * len(files), files), 1):
            rows += found
            for row in found:
                if row.refused or row.differences:
                    say(f"{row.path} as {row.role}: {row.refused} {'; '.join(row.differences)} ({row.ffmpeg})")
            if done % 50 == 0:
                say(f"-- {done} of {len(files)}")
    return files, rows


def one_file(program, path):
    with tempfile.TemporaryDirectory(prefix="react1-corpus-") as temporary:
        react1, folder = React1(program, temporary), pathlib.Path(temporary)
        streams, length = _streams(path)
        code, document, stderr = react1.document("probe", str(path))
        rows = []
        if code not in (0, compare_answers.REFUSED):
            rows.append(Row(str(path), "probe", differences=[str(Difference("probe_exit", f"{code}: {stderr[-200:]}"))]))
        for role in [role for role in ("VIDEO", "AUDIO") if role in streams] or ["AUDIO"]:
            rows.append(_one_role(react1, path, role, folder, length))
        return rows


def _streams(path):
    """(the places the file can take by ffprobe's word, its length or 0)."""
    try:
        facts = probe(path, "-show_entries", "stream=codec_type,nb_frames,avg_frame_rate:stream_disposition=attached_pic:"
                      "format=duration")
    except GeneratorError:
        return {}, 0.0
    roles = {}
    for stream in facts.get("streams", []):
        cover = stream.get("disposition", {}).get("attached_pic", 0)
        if stream.get("codec_type") == "video" and not cover:
            roles["VIDEO"] = stream
        elif stream.get("codec_type") == "audio":
            roles["AUDIO"] = stream
    return roles, float(facts.get("format", {}).get("duration", 0) or 0)


def _one_role(react1, path, role, folder, length):
    good = good_clips.GoodClips(folder / "case")
    pair = (path, good.audio()) if role == "VIDEO" else (good.video(), path)
    case = Case(0, ask=[["--cut", "exact"]])
    row = Row(str(path), role)
    planned, made = prepared.ask(react1, case, *pair, folder / f"out_{role}")
    row.differences = [str(d) for d in compare_answers.compare(planned, made)]
    if made.error:
        row.refused = made.error["message"]
        row.ffmpeg = _opinion(path, role)
    elif made.code == 0 and length <= LONGEST_S:
        compare = _compare_picture if role == "VIDEO" else _compare_sound
        try:
            row.differences += [str(d) for d in compare(path, made.document)]
        except (GeneratorError, KeyError, ValueError, StopIteration) as error:
            row.ffmpeg = f"not compared: {str(error)[-120:]}"
    return row


def _opinion(path, role):
    """What ffmpeg decodes of the stream and what it complains about."""
    kind = "v" if role == "VIDEO" else "a"
    result = run(["ffmpeg", "-hide_banner", "-nostdin", "-v", "warning", "-stats", "-i", path, "-map", f"0:{kind}:0",
                  "-t", "20", "-f", "null", "-"])
    shown = re.findall(r"frame= *(\d+)", result.stderr)
    times = re.findall(r"time=([0-9:.]+)", result.stderr)
    complaints = [line for line in result.stderr.replace("\r", "\n").splitlines() if re.search("error|invalid|corrupt", line, re.I)]
    words = [f"{shown[-1]} frames" if shown and kind == "v" else "", times[-1] if times else "nothing",
             f"complains: {re.sub(r'@ 0x[0-9a-f]+', '', complaints[0])[:90]}" if complaints else ""]
    return ", ".join(word for word in words if word)


def _compare_picture(path, document):
    facts = probe(path, "-select_streams", "v:0", "-show_frames", "-show_entries",
                  "frame=best_effort_timestamp_time,pkt_duration_time,duration_time")
    times = [float(f["best_effort_timestamp_time"]) for f in facts["frames"] if "best_effort_timestamp_time" in f]
    last = facts["frames"][-1]
    steps = sorted(b - a for a, b in zip(times, times[1:]))
    shown = float(last.get("duration_time", last.get("pkt_duration_time", 0)) or 0) or steps[len(steps) // 2]
    length = min(max(times) - min(times) + shown, 15)
    made = document["video"]
    slack = max(steps[len(steps) // 2], 1 / 24) + SLACK_S + (0.25 if made["action"] == "cut" else 0)
    decoded = len(oracle.read_pictures(made["path"]))
    found = []
    if decoded != made["video"]["frames"]:
        found.append(Difference("video_count_reported", f"{made['video']['frames']} frames reported, {decoded} decoded"))
    if abs(made["duration_s"] - length) > slack:
        found.append(Difference("video_length", f"{made['duration_s']:.3f} s, by ffprobe {length:.3f} s ({len(times)} frames)"))
    return found


def _compare_sound(path, document):
    _, heard = oracle.look(path, False, True, tolerance=REAL_JITTER_S)
    made = prepared.read_audio(document["audio"])
    length = min(heard.length_s, compare_sound.longest(made.rate))
    found = []
    if made.said["audio"]["samples"] != len(made.samples):
        found.append(Difference("sound_count_reported", f"{made.said['audio']['samples']} reported, {len(made.samples)} decoded"))
    if not length - heard.padding_s - SLACK_S <= len(made.samples) / made.rate <= min(heard.length_s, 15) + SLACK_S:
        found.append(Difference("sound_length", f"{len(made.samples) / made.rate:.3f} s, by ffmpeg {heard.length_s:.3f} s "
                                f"({heard.gaps_s:.3f} s of gaps)"))
    if heard.samples.shape[1] <= 2 and heard.samples.shape[1] == made.samples.shape[1]:
        wanted = oracle.resampled(heard.samples[:20 * heard.rate], heard.rate)
        clip = oracle.resampled(made.samples, made.rate)
        found += _in_place(wanted[:, 0], clip[:, 0])
    return found


def _in_place(wanted, clip):
    """Real sound repeats itself, so only two pieces in a row that fit clearly better at the same other place count."""
    piece, before = oracle.ANALYSIS_HZ // 4, None
    for first in range(0, len(clip) - piece, 2 * piece):
        part = clip[first:first + piece]
        match = noise.find(part, wanted, first, oracle.ANALYSIS_HZ // 2)
        here = noise.find(part, wanted, first, 20)
        off = match[0] - first if match and here and match[1] > 0.9 and match[1] - here[1] > 0.1 else None
        if off is not None and before is not None and abs(off - before) < 16:
            return [Difference("sound_position", f"at {first / oracle.ANALYSIS_HZ:.2f} s: {off / 16:+.2f} ms from its place")]
        before = off
    return []


def table(files, rows, folder):
    """The report as Markdown."""
    refused = [row for row in rows if row.refused]
    differing = [row for row in rows if row.differences]
    shown = lambda row: str(pathlib.Path(row.path).relative_to(folder)).replace("|", "/")  # noqa: E731
    text = [f"{len(files)} files, {len(rows)} times given: {len(rows) - len(refused)} prepared, {len(refused)} refused, "
            f"{len(differing)} with a difference.", "", "## Refused", "", "| file | as | reason | ffmpeg |", "|---|---|---|---|"]
    for row in sorted(refused, key=lambda row: (re.sub(r"[0-9.]+", "", row.refused), row.path)):
        text.append(f"| {shown(row)} | {row.role} | {row.refused.replace('|', '/')[:200]} | {row.ffmpeg.replace('|', '/')} |")
    text += ["", "## Differences", "", "| file | as | difference |", "|---|---|---|"]
    for row in sorted(differing, key=lambda row: (row.differences[0][:20], row.path)):
        text.append(f"| {shown(row)} | {row.role} | {'; '.join(row.differences).replace('|', '/')[:300]} |")
    kinds = collections.Counter(difference.split(":")[0] for row in differing for difference in row.differences)
    text += ["", "By kind: " + ", ".join(f"{kind} {count}" for kind, count in kinds.most_common())]
    return "\n".join(text) + "\n"


def run_corpus(program, folder, jobs, report):
    files, rows = run_all(program, folder.resolve(), jobs)
    text = table(files, rows, folder.resolve())
    if report:
        pathlib.Path(report).write_text(text, encoding="utf-8")
    print(text)
    return 0


