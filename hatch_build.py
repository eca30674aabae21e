"""Build hook: the wheel carries the built catalogue, so that a first start reads JSON and no YAML."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogueHook(BuildHookInterface[BuilderConfig]):
    """Builds `conditions.json` and `prose.json` and puts them beside the rules in the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before a wheel is written."""
        if version != "standard":
            return
        sys.path.insert(0, self.root)
        from doctor.catalogue import store
        from doctor.engine import make

        target = Path(tempfile.mkdtemp(prefix="doctor-catalogue-"))
        where = store.Folder(str(Path(self.root, "rules")), str(Path(self.root, "providers.yaml")), (str(target),))
        store.load(where, make.parts)
        for name in (f"{part}.json" for part in store.PARTS):
            json.loads((target / name).read_text(encoding="utf-8"))
            build_data["force_include"][str(target / name)] = f"doctor/_data/{name}"
