"""Hidden data and the lab's settings come from where the grader says."""

import numpy as np
import pytest

from autograder import checks


def test_hidden_arrays_are_read_by_name(tmp_path, monkeypatch):
    np.savez(tmp_path / "photos.npz", images=np.zeros((2, 3)), labels=np.array([0, 1]))
    monkeypatch.setenv("AUTOGRADER_HIDDEN", str(tmp_path))
    found = checks.hidden_data("photos")
    assert found.keys() == {"images", "labels"}
    np.testing.assert_array_equal(found["labels"], [0, 1])


def test_a_pickled_object_is_never_read(tmp_path, monkeypatch):
    np.savez(tmp_path / "photos.npz", images=np.array([{}], dtype=object))
    monkeypatch.setenv("AUTOGRADER_HIDDEN", str(tmp_path))
    with pytest.raises(ValueError, match="pickle"):
        checks.hidden_data("photos")


def test_without_the_folder_or_the_file_it_is_our_error_and_no_verdict(tmp_path, monkeypatch):
    monkeypatch.delenv("AUTOGRADER_HIDDEN", raising=False)
    with pytest.raises(LookupError, match="AUTOGRADER_HIDDEN"):
        checks.hidden_data("photos")
    monkeypatch.setenv("AUTOGRADER_HIDDEN", str(tmp_path))
    with pytest.raises(FileNotFoundError):
        checks.hidden_data("photos")


@pytest.mark.parametrize("name", ["../photos", "a/b", "", "photos.npz"])
def test_a_name_that_is_a_path_is_refused(name, tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOGRADER_HIDDEN", str(tmp_path))
    with pytest.raises(ValueError, match="plain name"):
        checks.hidden_data(name)


@pytest.mark.parametrize(("raw", "value"), [('{"epochs": 3}', 3), ("{}", 5), ("", 5), (None, 5)])
def test_a_setting_has_a_default(raw, value, monkeypatch):
    monkeypatch.delenv("AUTOGRADER_SETTINGS", raising=False)
    if raw is not None:
        monkeypatch.setenv("AUTOGRADER_SETTINGS", raw)
    assert checks.setting("epochs", 5) == value
