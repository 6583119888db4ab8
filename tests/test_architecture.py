"""Hold the map: who may import whom, where heavy libraries live, how large things get."""

import ast
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "fcr_ml"

# Each room and the rooms directly or indirectly beneath it that it may import.
GROUND = {"errors", "stages", "frames", "engine"}
MAP: dict[str, set[str]] = {
    "errors": set(),
    "stages": set(),
    "settings": {"errors"},
    "progress": {"stages"},
    "frames": {"errors"},
    "engine": {"errors", "frames"},
    "simulate": {"errors", "frames"},
    # west wing
    "contacts": GROUND,
    "notes": GROUND,
    "topics": GROUND | {"notes"},
    "links": GROUND | {"notes", "topics"},
    "assembly": GROUND | {"contacts", "notes", "topics", "links"},
    # east wing
    "measures": GROUND,
    "features": GROUND,
    "risk": GROUND | {"features", "measures"},
    "drivers": GROUND | {"measures"},
    "reports": {"errors", "frames"},
    "study": GROUND | {"measures", "features", "risk", "drivers", "reports"},
    # the rooms that know both wings, and the doors
    "analysis": GROUND
    | {
        "assembly",
        "contacts",
        "topics",
        "measures",
        "drivers",
        "risk",
        "reports",
        "study",
        "settings",
    },
    "releases": GROUND | {"assembly", "contacts", "features", "links", "notes", "risk", "topics"},
    "backtest": GROUND | {"contacts", "features", "measures", "notes", "releases", "risk"},
    "retraining": GROUND | {"backtest", "contacts", "mirroring", "releases", "reports", "risk"},
    "mirroring": {"releases", "reports"},
    "flagging": GROUND | {"risk", "reports"},
    "scoring": GROUND | {"flagging", "releases", "reports", "risk"},
    "watching": GROUND | {"backtest", "releases", "reports", "risk"},
    "proving": GROUND | {"flagging", "risk", "reports"},
    "driver_telling": GROUND | {"measures", "drivers", "reports"},
    "topic_editing": GROUND | {"notes", "topics", "reports"},
    "review": GROUND | {"contacts", "links", "measures", "reports"},
    "evaluation": GROUND
    | {"analysis", "assembly", "contacts", "links", "measures", "notes", "settings", "topics"},
    "evaluation_pairs": GROUND
    | {"analysis", "assembly", "contacts", "links", "measures", "notes", "settings", "topics"},
    "evaluation_topics": GROUND
    | {"analysis", "assembly", "contacts", "measures", "notes", "topics"},
    "evaluation_risk": GROUND | {"assembly", "contacts", "features", "risk"},
    "cli": GROUND
    | {
        "analysis",
        "contacts",
        "driver_telling",
        "evaluation",
        "evaluation_pairs",
        "evaluation_risk",
        "evaluation_topics",
        "flagging",
        "progress",
        "proving",
        "releases",
        "reports",
        "retraining",
        "review",
        "scoring",
        "settings",
        "simulate",
        "topic_editing",
        "watching",
    },
}
HEAVY_HOME = {
    "sentence_transformers": "notes",
    "transformers": "notes",
    "tokenizers": "notes",
    "torch": "notes",
    "onnxruntime": "notes",
    "hdbscan": "topics",
    "mlflow": "releases",
    "altair": "reports",
    "vl_convert": "reports",
    "duckdb": "engine",
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def _room(path: Path) -> str:
    parts = path.relative_to(PACKAGE).parts
    return parts[0].removesuffix(".py")


def _imports(path: Path) -> list[tuple[str, bool]]:
    """Give each imported module, and whether it is imported at the top of the file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = []
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        found += [(name, node in tree.body) for name in names]
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_rooms_import_only_what_the_map_allows(path: Path) -> None:
    room = _room(path)
    if room == "__init__":
        return
    imported = {
        name.split(".")[1]
        for name, _ in _imports(path)
        if name.startswith("fcr_ml.") and name.split(".")[1] != "__version__"
    }
    assert imported - {room} <= MAP[room], f"{room} may not import {imported - MAP[room]}"
    assert not any(name.startswith("pipelines") for name, _ in _imports(path))


def test_the_wings_never_meet() -> None:
    west = {"contacts", "notes", "topics", "links", "assembly"}
    east = {"measures", "features", "risk", "drivers", "reports", "study"}

    assert all(not (MAP[room] & east) for room in west)
    assert all(not (MAP[room] & west) for room in east)


def test_the_map_has_no_circle() -> None:
    remaining = dict(MAP)
    while remaining:
        free = [room for room, below in remaining.items() if not below & set(remaining)]
        assert free, f"a circle among {sorted(remaining)}"
        for room in free:
            del remaining[room]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_heavy_libraries_stay_in_their_room_and_load_on_use(path: Path) -> None:
    for name, is_at_top in _imports(path):
        library = name.split(".")[0]
        if library in HEAVY_HOME and "TYPE_CHECKING" not in name:
            home = HEAVY_HOME[library]
            is_file_reader = library == "duckdb" and _room(path) == "contacts"
            assert _room(path) == home or is_file_reader, f"{library} belongs to {home}"
            assert not is_at_top, f"{library} must be imported where it is used"


def test_modules_form_no_circle() -> None:
    names = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in MODULES
    }
    below = {}
    for path in MODULES:
        me = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        targets = set()
        for name, _ in _imports(path):
            parent = name.rsplit(".", 1)[0]
            targets |= {name} & names or {parent} & names
        below[me] = targets - {me, "fcr_ml"}
    while below:
        free = [name for name, targets in below.items() if not targets & set(below)]
        assert free, f"a circle among {sorted(below)}"
        for name in free:
            del below[name]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_grows_too_large(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 350, "a file has at most 350 lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            has_docstring = ast.get_docstring(node) is not None
            body = node.body[1:] if has_docstring else node.body
            lines = body[-1].end_lineno - body[0].lineno + 1 if body else 0
            assert lines <= 50, f"{node.name} has {lines} lines, at most 50"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nobody_reads_the_wall_clock_or_prints(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if path == PACKAGE / "cli" / "releases.py":
        # The promotion log says when somebody did something; the door alone knows, once.
        assert text.count("datetime.now") == 1
        text = text.replace("datetime.now", "")
    for forbidden in ("datetime.now", "date.today", "time.time()", "Timestamp.now", "utcnow"):
        assert forbidden not in text


def test_import_is_quick() -> None:
    times = []
    for _ in range(3):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import fcr_ml"], check=True)
        bare = time.perf_counter()
        subprocess.run([sys.executable, "-c", "pass"], check=True)
        times.append((bare - began) - (time.perf_counter() - bare))

    assert min(times) < 0.3


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys, fcr_ml.cli.app\n"
        "heavy = {'torch', 'sentence_transformers', 'pandas', 'sklearn', 'duckdb', 'altair'}\n"
        "sys.exit(','.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert done.stderr.strip() == ""
    assert done.returncode == 0
