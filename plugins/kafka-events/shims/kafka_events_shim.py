"""Stands in the place of a Python handler under serverless-offline, which waits for ever for one that answers nothing or raises."""

import importlib
import json
import os
import signal
import sys
import threading
import time
import traceback

# serverless-offline takes it for an answer that is none, and shows it only where it ends a line that something else has begun.
END_OF_LINE = '{"__offline_payload__": null}\n'


class Output:
    """Standard output. What serverless-offline writes to it, the answer, goes out at once and on a line of its own."""

    def __init__(self, stream):
        self._stream = stream
        self._is_ended = True
        self._answer = ""
        self._handlers_own = self
        self._is_of_handler = True

    def write(self, text):
        if not self._is_of_handler and threading.current_thread() is threading.main_thread():
            return self._write_answer(text)
        if text:
            self._is_ended = text.endswith("\n")
        return self._stream.write(text)

    def _write_answer(self, text):
        self._answer += text
        if text.endswith("\n"):
            # A thread, a child process or os.write may have begun a line that nobody here knows of.
            self._stream.write(END_OF_LINE + self._answer)
            self._answer = ""
        return len(text)

    def give_to_handler(self):
        self._is_of_handler = True
        sys.stdout = self._handlers_own

    def take_for_answer(self):
        """A handler may have put another stream in the place of this one, and finds it there at its next event."""
        self._handlers_own = sys.stdout
        sys.stdout.flush()
        sys.stdout = self
        if not self._is_ended:
            self.write("\n")
        self._is_of_handler = False

    def __getattr__(self, name):
        return getattr(self._stream, name)


SERVICE_LOOK_S = 0.5
has_loaded = threading.Event()


def end_with_service(service_pid, shell_pid):
    """Left behind, a handler would run on beside its own next attempt. A shell that ends means so only as long as nothing is loaded: Ctrl-C ends it."""
    while is_alive(service_pid) and (has_loaded.is_set() or os.getppid() == shell_pid):
        time.sleep(SERVICE_LOOK_S)
    os._exit(1)


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


# On Windows that signal would end the service.
if os.name == "posix":
    pids = (int(os.environ["KAFKA_EVENTS_SERVICE_PID"]), os.getppid())
    threading.Thread(target=end_with_service, args=pids, daemon=True).start()

# The service's own modules come first, as on Lambda: serverless-offline puts them behind everything that is installed.
sys.path.insert(0, os.getcwd())
sys.stdout = output = Output(sys.stdout)
# A Ctrl-C reaches this process, too. What runs may finish, as a Node handler may.
signal.signal(signal.SIGINT, signal.SIG_IGN)


def run(call, context):
    """Always answers something. Without an event the handler is only loaded."""
    output.give_to_handler()
    try:
        handler = getattr(importlib.import_module(call["module"]), call["name"])
        if not callable(handler):
            raise TypeError(f"{call['name']} of {call['module']} is no function")
        has_loaded.set()
        answer = handler(call["event"], context) if "event" in call else None
        reply = {"answer": json.dumps(answer)}
    except BaseException as error:  # SystemExit, too: Lambda takes it for a failure.
        traceback.print_exc(file=sys.stdout)
        reply = {"error": f"{type(error).__name__}: {error}"}
    output.take_for_answer()
    return {**reply, "pid": os.getpid()}
