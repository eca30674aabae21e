"""`python scalekit_sdk.py URL CLIENT_ID`: what Scalekit's own SDK reads of an environment, as one JSON object.

The secret comes in `CLIENT_SECRET`. What is false, zero or empty is written as well.
"""

import json
import os
import sys

from google.protobuf.json_format import MessageToDict
from scalekit import ScalekitClient

CLIENT = ScalekitClient(sys.argv[1], sys.argv[2], os.environ["CLIENT_SECRET"])


def plain(answer):
    """The message of an answer, which comes with its call."""
    return MessageToDict(answer[0], preserving_proto_field_name=True, always_print_fields_with_no_presence=True)


connections = plain(CLIENT.connection.list_connections("", include="all"))["connections"]
owners = sorted({one["organization_id"] for one in connections})
directories = [
    one for owner in owners
    for one in plain(CLIENT.directory.list_directories(owner))["directories"]
]  # fmt: skip
print(json.dumps({
    "connections": connections,
    "shown": [
        plain(CLIENT.connection.get_connection(one["organization_id"], one["id"]))["connection"]
        for one in connections
    ],
    "directories": directories,
}))  # fmt: skip
