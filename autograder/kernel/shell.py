"""IPython as a notebook's kernel has it, without a kernel: no sockets, no history file, output to a ``Screen``."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from typing import Any, NoReturn

import matplotlib.pyplot as plt
import matplotlib_inline.backend_inline as inline
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from autograder.kernel.tape import Screen
from autograder.messages import say

SHELL_SECONDS = 600
INSTALLERS = ("pip", "conda", "mamba", "micromamba", "uv")


class ScreenHook(DisplayHook):  # type: ignore[misc]
    """Shows the value of a cell's last expression."""

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        self.shell.screen.show(format_dict)

    def log_output(self, format_dict: dict[str, Any]) -> None:
        pass

    def finish_displayhook(self) -> None:
        self._is_active = False


class ScreenPublisher(DisplayPublisher):  # type: ignore[misc]
    """Shows what ``display(...)`` and inline figures publish."""

    def publish(self, data: dict[str, Any], *_: Any, **__: Any) -> None:
        self.shell.screen.show(data)

    def clear_output(self, wait: bool = False) -> None:
        pass


class NotebookShell(InteractiveShell):  # type: ignore[misc]
    """IPython whose errors are values, whose figures are inline, and which nothing in a cell can end."""

    displayhook_class = ScreenHook
    display_pub_class = ScreenPublisher

    def __init__(self, **kwargs: Any) -> None:
        self.screen = Screen()
        super().__init__(**kwargs)
        self.builtin_trap.activate()
        self.enable_matplotlib()
        for name in INSTALLERS:
            self.register_magic_function(_refuse_install, "line", name)

    def init_builtins(self) -> None:
        super().init_builtins()
        self.builtin_trap.auto_builtins["input"] = _refuse_input

    def enable_matplotlib(self, gui: str | None = None) -> Any:  # noqa: ARG002
        return super().enable_matplotlib("inline")  # whatever was asked for: there is no screen and no browser

    def enable_gui(self, gui: str | None = None) -> None:
        pass

    def draw_pictures(self, wanted: bool) -> None:
        """Say whether figures become pictures, which is most of the time that a cell with figures takes."""
        formatter = self.display_formatter
        formatter.active_types = formatter.format_types if wanted else ["text/plain"]

    def ask_exit(self) -> NoReturn:
        raise SystemExit

    def system(self, cmd: str) -> None:
        """Run ``!cmd``: what it prints is output, its failure is no error, as in a notebook."""
        line = self.var_expand(cmd, depth=1)
        if any(word.rpartition("/")[2] in INSTALLERS for word in line.split()[:1]):
            _refuse_install(line)
            return
        done = subprocess.run(
            ["/bin/sh", "-c", line],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SHELL_SECONDS,
            check=False,
        )
        sys.stdout.write(done.stdout.decode("utf-8", "replace"))
        self.user_ns["_exit_code"] = done.returncode

    system_piped = system_raw = system

    def _tee(self, channel: str) -> contextlib.AbstractContextManager[None]:  # noqa: ARG002
        """Keep no second copy of the output: IPython 9 has one without a limit, and endless printing fills memory."""
        return contextlib.nullcontext()

    def showtraceback(self, *_: Any, **__: Any) -> None:
        pass

    showsyntaxerror = showindentationerror = show_usage_error = showtraceback

    def _format_exception_for_storage(self, *_: Any, **__: Any) -> dict[str, Any]:
        return {}


def _refuse_install(_line: str) -> None:
    sys.stdout.write(say("kernel.pip") + "\n")


def _refuse_input(*_: object) -> NoReturn:
    raise StdinNotImplementedError(say("kernel.input"))


@contextlib.contextmanager
def notebook_shell() -> Iterator[NotebookShell]:
    """Give the one shell of this process."""
    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    warnings.filterwarnings("ignore", message="To exit: use 'exit'", category=UserWarning)
    # Keras tells everybody who fits on a Dataset, with the path of its own file; nobody asked it to shuffle.
    warnings.filterwarnings("ignore", message="`shuffle=True` was passed", category=UserWarning)
    with tempfile.TemporaryDirectory(prefix="ipython-", ignore_cleanup_errors=True) as folder:
        shell = NotebookShell.instance(config=config, ipython_dir=folder, colors="nocolor", xmode="Minimal")
        try:
            yield shell
        finally:
            shell.builtin_trap.deactivate()
            shell.restore_sys_module_state()
            NotebookShell.clear_instance()


def close_figures() -> None:
    """Forget the open figures, shown or not, as the end of a cell does. Figures with a name live on."""
    plt.close("all")
    inline.show._to_draw = []
    inline.show._draw_called = False
