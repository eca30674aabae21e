"""`python -m peers.vendors`: install WorkOS' emulator and the SDKs of both vendors, which tests read beside doctor."""

from __future__ import annotations

import sys
from typing import Final

from peers import install, scalekit_stub, workos_emulator
from peers.process import PeerError

PEERS: Final = {
    workos_emulator.NAME: workos_emulator.PACKAGES,
    scalekit_stub.NAME: scalekit_stub.PACKAGES,
}


def main() -> int:
    """1 when one cannot be installed; the reason is printed."""
    failed = False
    for name, packages in PEERS.items():
        try:
            install.install(name, packages)
        except PeerError as error:
            print(f"{name}: {error}")
            failed = True
        else:
            print(f"{name}: {', '.join([*packages.pip, *packages.npm])}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
