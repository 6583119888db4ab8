"""Load a run by its path: the folder is no package."""

import importlib.util
from pathlib import Path
from types import ModuleType

PIPELINES = Path(__file__).parents[2] / "pipelines"


def load_script(name: str) -> ModuleType:
    found = importlib.util.spec_from_file_location(name, PIPELINES / f"{name}.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module
