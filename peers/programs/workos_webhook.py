"""`python workos_webhook.py BODY HEADER`: what WorkOS' own SDK says of a webhook; `accepted`, or why not.

BODY is a file, HEADER the value of `WorkOS-Signature`; the secret comes in `WEBHOOK_SECRET`.
"""

import os
import sys
from pathlib import Path

from workos import WorkOSClient

CLIENT = WorkOSClient(api_key="sk_test_unused", client_id="client_of_a_test")
try:
    CLIENT.webhooks.verify_header(
        event_body=Path(sys.argv[1]).read_bytes(), event_signature=sys.argv[2], secret=os.environ["WEBHOOK_SECRET"]
    )
except ValueError as error:
    print(error.args[0])
else:
    print("accepted")
