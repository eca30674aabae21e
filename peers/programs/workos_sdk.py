"""`python workos_sdk.py BASE_URL`: what WorkOS' own SDK reads of an environment, as one JSON object.

The key comes in `WORKOS_API_KEY`. Lists are read to their end, 100 objects at a time; the first connection of each
state is read by its ID as well, and the users of the first directory.
"""

import json
import os
import sys
from enum import Enum

from workos import WorkOSClient

CLIENT = WorkOSClient(
    api_key=os.environ["WORKOS_API_KEY"], client_id="client_of_a_test", base_url=sys.argv[1], max_retries=0
)


def plain(value: object) -> object:
    """A value without the SDK's own types."""
    return value.value if isinstance(value, Enum) else str(value)


def all_of(page: object) -> list[dict[str, object]]:
    return [one.to_dict() for one in page.auto_paging_iter()]


connections = all_of(CLIENT.sso.list_connections(limit=100))
directories = all_of(CLIENT.directory_sync.list_directories(limit=100))
first = {one["state"]: one["id"] for one in reversed(connections)}
print(json.dumps({
    "connections": connections,
    "shown": [CLIENT.sso.get_connection(ident).to_dict() for ident in first.values()],
    "directories": directories,
    "users": all_of(CLIENT.directory_sync.list_users(limit=100, directory=directories[0]["id"])),
    "events": all_of(CLIENT.events.list_events(limit=100, events=["authentication.sso_failed"])),
}, default=plain))  # fmt: skip
