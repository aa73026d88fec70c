"""What holds for every page: who may see it, in which language, under which policy, and how it says no."""

from __future__ import annotations

import pytest


def test_somebody_not_signed_in_is_sent_to_the_hub(sign_in):
    answer = sign_in(None).get("about")
    assert answer.status_code == 302
    assert "/hub/api/oauth2/authorize" in answer.headers["Location"]


def test_somebody_whose_token_is_for_something_else_is_refused(sign_in):
    assert sign_in("unscoped-ana").get("about").status_code == 403


def test_somebody_of_another_cohort_is_told_what_to_do(sign_in):
    answer = sign_in("zoe").get("about")
    assert answer.status_code == 403
    assert "zoe" in answer.text
    assert "docente" in answer.text


def test_nothing_is_found_where_there_is_no_page(sign_in):
    assert sign_in("ana").get("nowhere").status_code == 404


@pytest.mark.parametrize("path", ["about", "nowhere", "static/style.css"])
def test_a_browser_is_told_to_run_only_our_files(sign_in, path):
    headers = sign_in("ana").get(path).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Server" not in headers


def test_a_language_is_remembered(sign_in):
    ana = sign_in("ana")
    answer = ana.post("language", {"language": "en", "back": "/services/autograder/about"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/services/autograder/about")
    assert "Your account" in ana.get("about").text


@pytest.mark.parametrize("back", ["//evil.example/", "https://evil.example/", ""])
def test_a_language_leads_to_no_other_site(sign_in, back):
    answer = sign_in("ana").post("language", {"language": "en", "back": back})
    assert answer.headers["Location"] == "/services/autograder/"


def test_a_form_that_no_page_of_ours_made_changes_nothing(sign_in):
    answer = sign_in("ana").bare_post("language", {"language": "en"})
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


def test_a_form_with_the_token_of_somebody_else_changes_nothing(sign_in):
    token = sign_in("beto").xsrf()
    assert sign_in("ana").bare_post("language", {"language": "en", "_xsrf": token}).status_code == 403
