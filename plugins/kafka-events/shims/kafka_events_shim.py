"""Stands in the place of a Python handler under serverless-offline, which waits for ever for one that answers nothing or raises."""

import importlib
import json
import os
import signal
import sys
import traceback


class Lines:
    """Standard output that knows whether its last line is ended: the answer must begin a line of its own."""

    def __init__(self, stream):
        self._stream = stream
        self._is_ended = True

    def write(self, text):
        if text:
            self._is_ended = text.endswith("\n")
        return self._stream.write(text)

    def end_line(self):
        if not self._is_ended:
            self.write("\n")

    def __getattr__(self, name):
        return getattr(self._stream, name)


# The service's own modules come first, as on Lambda: serverless-offline puts them behind everything that is installed.
sys.path.insert(0, os.getcwd())
sys.stdout = Lines(sys.stdout)
# A Ctrl-C reaches this process, too. What runs may finish, as a Node handler may.
signal.signal(signal.SIGINT, signal.SIG_IGN)


def run(call, context):
    """Always answers something. Without an event the handler is only loaded."""
    try:
        handler = getattr(importlib.import_module(call["module"]), call["name"])
        if not callable(handler):
            raise TypeError(f"{call['name']} of {call['module']} is no function")
        answer = handler(call["event"], context) if "event" in call else None
        reply = {"answer": json.dumps(answer)}
    except BaseException as error:  # SystemExit, too: Lambda takes it for a failure.
        traceback.print_exc(file=sys.stdout)
        reply = {"error": f"{type(error).__name__}: {error}"}
    sys.stdout.end_line()
    return {**reply, "pid": os.getpid()}
