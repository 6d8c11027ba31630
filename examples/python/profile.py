"""Calls Instagram with a token of Evergrant's over HTTP, without any package: python profile.py int_…"""

import json
import os
import sys
from urllib.error import HTTPError
from urllib.request import Request, urlopen

EVERGRANT = os.environ.get("EVERGRANT_URL", "http://127.0.0.1:3000")
INSTAGRAM = os.environ.get("INSTAGRAM_GRAPH_URL", "https://graph.instagram.com")
HEADERS = {
    "authorization": f"Bearer {os.environ['EVERGRANT_API_KEY']}",
    "content-type": "application/json",
}


class ReconnectRequired(Exception):
    """Only the account's owner can help: show them the link."""


def evergrant(path: str, body: dict | None = None) -> dict:
    """A GET; with a body a POST. Evergrant itself waits up to 20 seconds for a decision."""
    data = None if body is None else json.dumps(body).encode()
    try:
        with urlopen(Request(f"{EVERGRANT}/v1/integrations/{path}", data, HEADERS), timeout=25) as answer:
            return json.load(answer)
    except HTTPError as error:
        problem = json.load(error)
        if problem["code"] == "reconnect_required":
            raise ReconnectRequired(problem.get("reconnectUrl")) from error
        raise RuntimeError(f"{problem['code']}: {problem['detail']}") from error


def profile(integration_id: str, may_repeat: bool = True) -> dict:
    token = evergrant(f"{integration_id}/token")
    url = f"{INSTAGRAM}/v25.0/me?fields=username&access_token={token['accessToken']}"
    try:
        with urlopen(url, timeout=20) as answer:
            return json.load(answer)
    except HTTPError as error:
        refusal = json.load(error)["error"]
        if refusal["code"] not in (190, 102) or not may_repeat:
            raise
    # The token was refused. What becomes of it?
    report = {"version": token["version"], "code": refusal["code"], "subcode": refusal.get("error_subcode")}
    decision = evergrant(f"{integration_id}/token-rejections", report)
    if decision["outcome"] == "expired":
        raise ReconnectRequired(decision["integration"]["reconnectUrl"])
    if decision["outcome"] == "undecided":
        raise RuntimeError(f"not decided yet: try again in {decision['retryAfterSeconds']} s")
    return profile(integration_id, may_repeat=False)


print(profile(sys.argv[1])["username"])
