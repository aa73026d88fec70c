"""Small stand-ins for Keras and matplotlib objects: only what the checks' duck typing asks for."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from autograder import checks


class FakeLayer:
    def __init__(self, class_name: str, name: str = "", trainable: bool = True, parameters: int = 0, **config: Any):
        self.class_name = class_name
        self.name = name or class_name.lower()
        self.trainable = trainable
        self._parameters = parameters
        self._config = config

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, **self._config}

    def count_params(self) -> int:
        return self._parameters


class FakeModel(FakeLayer):
    def __init__(self, *layers: Any, compile_config: Any = None, digest: str = "0" * 64, **config: Any):
        super().__init__("Sequential", **config)
        self.layers = list(layers)
        self.input_shape = (None, 8, 8, 3)
        self.output_shape = (None, 1)
        self._compile_config = compile_config
        self._digest = digest

    def count_params(self) -> int:
        return sum(layer.count_params() for layer in self.layers)

    def get_compile_config(self) -> Any:
        return self._compile_config

    def weights_digest(self) -> str:
        return self._digest

    def predict(self, x: Any) -> Any:
        return np.full((len(x), 1), 0.9, np.float32)


def dense(units: int, activation: Any = "linear", **more: Any) -> FakeLayer:
    return FakeLayer("Dense", name=f"dense_{units}", units=units, activation=activation, **more)


class FakeLine:
    def __init__(self, y: Any):
        self.y = y

    def get_ydata(self) -> Any:
        return self.y


class FakeAxes:
    def __init__(
        self, lines: Any = (), images: int = 0, x: str = "", y: str = "", title: str = "", legend: bool = False
    ):
        self._lines, self._images = [FakeLine(line) for line in lines], images
        self._x, self._y, self._title, self._legend = x, y, title, legend

    def get_lines(self) -> Any:
        return self._lines

    def get_images(self) -> Any:
        return [object()] * self._images

    def get_xlabel(self) -> str:
        return self._x

    def get_ylabel(self) -> str:
        return self._y

    def get_title(self) -> str:
        return self._title

    def get_legend(self) -> Any:
        return object() if self._legend else None


class FakeFigure:
    def __init__(self, *axes: FakeAxes):
        self.axes = list(axes)


@pytest.fixture
def fake() -> SimpleNamespace:
    """The stand-ins by name, for tables whose rows are functions of them."""
    return SimpleNamespace(layer=FakeLayer, model=FakeModel, dense=dense, axes=FakeAxes, figure=FakeFigure)


@pytest.fixture(autouse=True)
def spanish(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AUTOGRADER_LANGUAGE", raising=False)


@pytest.fixture
def sentence() -> Callable[..., str]:
    """Run a check that must fail and return its sentence."""

    def run(check: Callable[..., object], *args: object, **kwargs: object) -> str:
        with pytest.raises(checks.CheckFailed) as failure:
            check(*args, **kwargs)
        assert str(failure.value) == failure.value.sentence
        return failure.value.sentence

    return run
