# SPDX-License-Identifier: Apache-2.0
"""Running other programs: ffmpeg and ffprobe as generator and oracle, react1 as what is tested."""

import dataclasses
import json
import os
import pathlib
import shutil
import subprocess

PROGRAM_TIMEOUT_S = 120
QUIET = ["ffmpeg", "-hide_banner", "-v", "error", "-nostdin", "-y", "-threads", "1"]
# The same bytes on every run.
EXACT = ["-fflags", "+bitexact", "-flags", "+bitexact", "-map_metadata", "-1"]


class GeneratorError(Exception):
    """The case can't be made with this ffmpeg; says nothing about react1."""


@dataclasses.dataclass
class Result:
    code: int
    stdout: bytes
    stderr: str


def run(command, stdin=None, timeout=PROGRAM_TIMEOUT_S, env=None):
    try:
        source = {"stdin": subprocess.DEVNULL} if stdin is None else {"input": stdin}
        done = subprocess.run([str(part) for part in command], capture_output=True, timeout=timeout, env=env, **source)
    except subprocess.TimeoutExpired:
        return Result(124, b"", f"no end within {timeout} s")
    return Result(done.returncode, done.stdout, done.stderr.decode(errors="replace"))


def generate(command, stdin=None):
    """Runs a command that has to succeed for the case to exist."""
    result = run(command, stdin)
    if result.code != 0:
        shown = " ".join(str(part) for part in command)
        raise GeneratorError(f"{shown}\n{result.stderr.strip()[-800:]}")
    return result.stdout


def probe(path, *entries):
    """ffprobe's JSON for `entries`."""
    result = run(["ffprobe", "-hide_banner", "-v", "error", "-of", "json", *entries, path])
    if result.code != 0:
        raise GeneratorError(f"ffprobe {path}: {result.stderr.strip()[-500:]}")
    return json.loads(result.stdout)


class React1:
    """The program that is tested. Each run gets a state folder of its own."""

    def __init__(self, program, folder):
        self.program = str(program)
        self.env = {**os.environ, "REACT1_STATE_DIR": str(pathlib.Path(folder) / "state"), "TMPDIR": str(folder)}

    def document(self, *arguments):
        """(exit code, JSON document or None, stderr)."""
        result = run([self.program, *arguments, "--json", "-q"], env=self.env)
        try:
            document = json.loads(result.stdout)
        except ValueError:
            document = None
        return result.code, document, result.stderr


def missing_tools():
    """What the harness needs and this machine lacks."""
    missing = [name for name in ("ffmpeg", "ffprobe") if not shutil.which(name)]
    try:
        import numpy  # noqa: F401, only whether it is there
    except ImportError:
        missing.append("python3-numpy")
    return missing
