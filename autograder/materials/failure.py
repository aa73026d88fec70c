"""What a lab needs cannot be had: an error that is a sentence for whoever builds the lab."""

from __future__ import annotations

from autograder.messages import say


class MaterialsError(Exception):
    """A provider or a base failed; prints as a sentence with the remedy, from the catalogue ``materials``."""

    def __init__(self, id: str, /, **values: object) -> None:
        super().__init__(id, values)
        self.id, self.values = id, values

    def __str__(self) -> str:
        return say(self.id, **self.values)
