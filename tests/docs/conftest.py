"""One simulated centre, analysed once by the README's own commands, for all page tests."""

import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docs.generated import README

FCR = Path(sys.executable).with_name("fcr")


@dataclass(frozen=True)
class Demonstration:
    """What the README's commands said, and the folder they were typed in."""

    folder: Path
    said: dict[str, str]


def console_lines(text: str) -> list[str]:
    """Give the commands of a page's console blocks, in their order."""
    blocks = re.findall(r"^```console\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    """Type the README's `fcr` commands, those shown twice where they stand last."""
    folder = tmp_path_factory.mktemp("reader")
    lines = console_lines(README.read_text(encoding="utf-8"))
    typed = reversed(dict.fromkeys(reversed(lines)))
    said = {}
    for line in typed:
        words = shlex.split(line)
        if words[0] == "cd" and (folder / words[1]).is_dir():
            folder /= words[1]
        if words[0] == "fcr":
            said[line] = _say(words[1:], folder)
    return Demonstration(folder, said)


def _say(words: list[str], folder: Path) -> str:
    done = subprocess.run([FCR, *words], cwd=folder, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr
    return done.stdout
