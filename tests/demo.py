"""`make demo`: `doctor check` on the shipped examples, a healthy and a broken one for each product."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
DOCTOR = [sys.executable, "-m", "doctor"]
SIGN_IN = [
    "--idp-metadata", "examples/sign-in/metadata.xml", "--acs-url", "https://sp.example.com/sso/acs/conn_01",
    "--sp-entity-id", "https://sp.example.com/metadata", "--at", "2026-11-22T09:00:00Z",
]  # fmt: skip


def main() -> int:
    """Show three reports in full and all examples in one table; 1 when an example says something else."""
    for name in ("okta-healthy.xml", "okta-broken.xml", "keycloak-broken.xml"):
        print(f"\n$ doctor check examples/{name}\n", flush=True)
        subprocess.run([*DOCTOR, "check", f"examples/{name}"], cwd=TOP, check=False)
    print("\n$ doctor check examples/sign-in/wrong-address.b64 --idp-metadata … --acs-url … --at …\n", flush=True)
    subprocess.run([*DOCTOR, "check", "examples/sign-in/wrong-address.b64", *SIGN_IN], cwd=TOP, check=False)
    print("\n$ doctor check examples --format json     (what each example shows at warning or above)\n", flush=True)
    wrong = _table() | _sign_ins()
    print("The command is .venv/bin/doctor; try: .venv/bin/doctor check YOUR-METADATA.xml")
    return wrong


def _sign_ins() -> int:
    """The captured sign-ins: what each shows first; 1 when one says something else."""
    expected: dict[str, str | None] = json.loads((TOP / "examples/sign-in/expected.json").read_text(encoding="utf-8"))
    wrong = 0
    for name, rule in expected.items():
        done = subprocess.run(
            [*DOCTOR, "check", f"examples/sign-in/{name}", *SIGN_IN, "--format", "json"],
            cwd=TOP, check=False, capture_output=True, text=True, encoding="utf-8",
        )  # fmt: skip
        told = [one["id"] for one in json.loads(done.stdout)["findings"] if one["severity"] in ("error", "warning")]
        wrong += told[:1] != ([rule] if rule else [])
        print(f"  sign-in/{name:<26} {', '.join(told) or 'healthy'}")
    print(f"\n{len(expected) - wrong} of {len(expected)} captured sign-ins show what examples/sign-in/README.md says.")
    return 1 if wrong else 0


def _table() -> int:
    expected: dict[str, list[str]] = json.loads((TOP / "examples/expected.json").read_text(encoding="utf-8"))
    done = subprocess.run(
        [*DOCTOR, "check", *(f"examples/{name}" for name in expected), "--format", "json"],
        cwd=TOP, check=False, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    found: dict[str, set[str]] = {name: set() for name in expected}
    for finding in json.loads(done.stdout)["findings"]:
        if finding["severity"] in ("error", "warning"):
            found[Path(finding["subject"]).name].add(finding["id"])
    wrong = [name for name, ids in expected.items() if set(ids) != found[name]]
    for name in expected:
        print(f"  {name:<34} {', '.join(sorted(found[name])) or 'healthy'}")
    print(f"\n{len(expected) - len(wrong)} of {len(expected)} examples show what examples/README.md says.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
