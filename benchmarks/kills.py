"""A month of retraining, killed at random moments: does the next run end as if nothing had been?

Enters: how many kills. Leaves: for each the moment, whether the release in use could be
loaded at once, and whether the run after it ended with the bytes of an undisturbed one.

    python -m benchmarks.kills [KILLS] [CONTACTS]
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from fcr_ml.releases.shelf import Shelf
from fcr_ml.simulate import CentrePlan, simulate_centre, write_centre

MONTHS = ("2025-04-01", "2025-05-01", "2025-06-01")


def _command(log: Path, models: Path, month: str) -> list[str]:
    verb = ["-c", "from fcr_ml.cli.app import main; main()", "--quiet", "retrain", str(log)]
    options = ["--encoder", "words", "--as-of", month, "--models", str(models)]
    return [sys.executable, *verb, *options]


def _digest(models: Path) -> str:
    """Give what the releases and the decisions of a models folder come to."""
    digest = hashlib.sha256()
    for part in ("releases", "decisions", "readings"):
        for path in sorted((models / part).rglob("*")):
            if path.is_file() and not any(p.startswith(".") for p in path.parts[-6:]):
                digest.update(str(path.relative_to(models)).encode() + path.read_bytes())
    promotions = (models / "promotions.jsonl").read_text(encoding="utf-8").splitlines()
    digest.update(json.dumps([json.loads(line)["now"] for line in promotions]).encode())
    return digest.hexdigest()


def main(kills: int = 20, contacts: int = 1_000) -> None:
    """Kill and print."""
    draw = random.Random(0)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        write_centre(simulate_centre(CentrePlan(contacts=contacts, days=150)), place)
        log, calm, before = place / "contacts.parquet", place / "calm", place / "before"
        for month in MONTHS[:2]:
            subprocess.run(_command(log, before, month), check=True, stdout=subprocess.DEVNULL)
        shutil.copytree(before, calm)
        began = time.monotonic()
        subprocess.run(_command(log, calm, MONTHS[2]), check=True, stdout=subprocess.DEVNULL)
        seconds, expected = time.monotonic() - began, _digest(calm)
        print(f"undisturbed: {seconds:.1f} s", flush=True)
        right = 0
        for kill in range(kills):
            models = place / f"killed-{kill}"
            shutil.copytree(before, models)
            wait = draw.uniform(0, seconds)
            with subprocess.Popen(
                _command(log, models, MONTHS[2]), stdout=subprocess.DEVNULL
            ) as run:
                try:
                    run.wait(wait)
                except subprocess.TimeoutExpired:
                    run.send_signal(signal.SIGKILL)
            shelf = Shelf(models)
            in_use = shelf.open(str(shelf.champion)).name
            done = subprocess.run(_command(log, models, MONTHS[2]), stdout=subprocess.DEVNULL)
            is_same = done.returncode == 0 and _digest(models) == expected
            right += is_same
            print(
                f"killed after {wait:5.1f} s: {in_use} loads; next run alike: {is_same}", flush=True
            )
            shutil.rmtree(models)
        print(f"{right} of {kills} alike, the release in use loaded each time")


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:]))
