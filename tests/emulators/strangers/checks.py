"""What every client script shares: the emulator's line from the environment, checks that are counted and printed."""

import json
import os
import time
import traceback
import urllib.request


def ready():
    return json.loads(os.environ["EMULATOR_READY"])


class Checks:
    def __init__(self, client):
        self.client = client
        self.failed = 0
        self.passed = 0

    def run(self, name, act):
        """`act` returns something true, which is shown."""
        try:
            seen = act()
            ok = bool(seen)
        except Exception as error:  # a client may raise anything
            seen = f"{type(error).__name__}: {error}"
            ok = False
            if os.environ.get("STRANGERS_TRACE"):
                traceback.print_exc()
        self.passed += ok
        self.failed += not ok
        print(f"{'ok    ' if ok else 'FAILED'} {self.client}: {name}: {str(seen)[:160]}", flush=True)
        return seen if ok else None

    def done(self):
        print(f"{self.client}: {self.passed} passed, {self.failed} failed", flush=True)
        raise SystemExit(1 if self.failed else 0)


def wait_for(condition, seconds=5.0, step=0.05):
    """The first true value of `condition` within the time, else None."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(step)
    return None


def door(line, path, document=None):
    data = None if document is None else json.dumps(document).encode()
    return json.load(urllib.request.urlopen(line["control"] + path, data=data, timeout=5))


def account(line):
    """What the venue knows of the account: its number stands among the keys where there are any."""
    number = line["credentials"]["account"] if "credentials" in line else line["account"]
    return door(line, "/state")["accounts"][number]


def fault(line, kind, **fields):
    return door(line, "/fault", {"kind": kind, **fields})
