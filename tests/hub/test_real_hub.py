"""A real hub, real servers in real jails: what a student's code reaches, and what it is refused."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from running_hub import Person, RunningHub

from autograder.course.cohort import PersonRole
from autograder.devices.accounts import Accounts
from autograder.state.database import open_database, sqlite_url

pytestmark = [pytest.mark.jail, pytest.mark.tensorflow, pytest.mark.slow]

PEOPLE = {"ana": PersonRole.STUDENT, "beto": PersonRole.STUDENT, "profe": PersonRole.INSTRUCTOR}
TOKEN = "os.environ['JUPYTERHUB_API_TOKEN']"
ASK = f"""
import os, urllib.request as r, urllib.error
def ask(method, url, body=None):
    request = r.Request(url, method=method, data=body, headers={{"Authorization": "token " + {TOKEN}}})
    try:
        with r.urlopen(request, timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
def read(url):
    return r.urlopen(r.Request(url, headers={{"Authorization": "token " + {TOKEN}}}), timeout=20).read().decode()
hub = os.environ["JUPYTERHUB_API_URL"]
"""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    tools = tmp_path_factory.mktemp("tools")
    (tools / "nvidia-smi").write_text("#!/bin/sh\necho 'GPU 0: NVIDIA A10 (UUID: GPU-11111111-aaaa)'\n")
    (tools / "nvidia-smi").chmod(0o755)
    path = f"{tools}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    with RunningHub(tmp_path_factory.mktemp("hub"), PEOPLE, environment={"PATH": path}) as running:
        yield running


@pytest.fixture(scope="module")
def ana(hub: RunningHub) -> Person:
    person = hub.sign_in("ana")
    person.start_server()
    return person


@pytest.fixture(scope="module")
def beto(hub: RunningHub) -> Person:
    person = hub.sign_in("beto")
    person.start_server()
    return person


@pytest.fixture(scope="module")
def profe(hub: RunningHub) -> Person:
    person = hub.sign_in("profe")
    person.start_server()
    return person


def test_a_wrong_password_does_not_sign_in_and_says_so_in_spanish(hub: RunningHub) -> None:
    answer = Person(hub, "ana").sign_in("otra cosa")
    assert answer.status_code == 403
    assert "no coinciden" in answer.content.decode()


def test_an_invitation_is_used_once_in_a_browser(hub: RunningHub) -> None:
    engine = open_database(sqlite_url(hub.folder / "autograder.db"))
    accounts = Accounts(engine)
    accounts.add("eva", PersonRole.STUDENT, datetime.now(UTC))
    code = accounts.invite("eva", datetime.now(UTC))
    engine.dispose()
    browser, page = requests.Session(), f"{hub.url}/hub/invitation"
    shown = browser.get(page, params={"code": code}, timeout=20)
    assert (shown.status_code, "«eva»" in shown.content.decode()) == (200, True)
    assert shown.headers["Referrer-Policy"] == "no-referrer"
    form = {"code": code, "password": "mi clave larga", "_xsrf": browser.cookies.get("_xsrf", path="/hub/")}
    assert "no son iguales" in browser.post(page, data={**form, "again": "otra"}, timeout=20).content.decode()
    kept = browser.post(page, data={**form, "again": form["password"]}, allow_redirects=False, timeout=20)
    assert (kept.status_code, kept.headers["Location"]) == (302, "/hub/login")
    assert Person(hub, "eva").sign_in(form["password"]).status_code == 302
    assert browser.get(page, params={"code": code}, timeout=20).status_code == 410
    bare = {"code": code, "password": form["password"], "again": form["password"]}
    assert requests.post(page, data=bare, timeout=20).status_code == 403  # without the form's own token


def test_a_form_without_its_token_is_refused(hub: RunningHub) -> None:
    form = {"username": "ana", "password": hub.password("ana")}
    answer = requests.post(f"{hub.url}/hub/login", data=form, headers={"Sec-Fetch-Mode": "no-cors"}, timeout=20)
    assert answer.status_code == 403


def test_the_hubs_pages_may_be_in_no_frame(hub: RunningHub) -> None:
    policy = requests.get(f"{hub.url}/hub/login", timeout=20).headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy


def test_a_kernel_runs_as_its_owner_at_home(ana: Person) -> None:
    said = ana.run("import os; open('notas.txt', 'w').write('mías'); print(os.getcwd(), os.environ['USER'], 6 * 7)")
    assert said.printed.split() == ["/home/ana", "ana", "42"]
    assert ana.at_server("GET", "/api/contents/notas.txt").json()["content"] == "mías"


def test_kernels_are_forked_with_tensorflow_imported_and_share_no_chance_and_no_name(ana: Person) -> None:
    code = """
import sys
ready = "tensorflow" in sys.modules
import numpy as np, random, matplotlib.pyplot as plt
secret = 1
plt.plot([1, 2]); plt.show()
print(ready, np.random.rand(), random.random())
"""
    runs = [ana.run(code) for _ in range(2)]
    first, second = (one.printed.split() for one in runs)
    assert first[0] == "True"
    assert [one.pictures for one in runs] == [1, 1]
    assert first[1] != second[1]
    assert first[2] != second[2]
    assert ana.run("print('secret' in dir())").printed == "False\n"
    said = ana.run("import tensorflow as tf; print(float(tf.reduce_sum(tf.nn.relu(tf.constant([-1.0, 2.0])))))")
    assert said.printed == "2.0\n"


def test_a_kernel_can_be_interrupted_and_dies_alone(ana: Person) -> None:
    kernel = ana.at_server("POST", "/api/kernels", {}).json()["id"]
    with ThreadPoolExecutor(1) as pool:
        endless = pool.submit(ana.run_in, kernel, "import time\nwhile True: time.sleep(0.01)", 60)
        time.sleep(2)
        ana.at_server("POST", f"/api/kernels/{kernel}/interrupt")
        assert endless.result(60).raised.startswith("KeyboardInterrupt")
    assert ana.run_in(kernel, "print('again')").printed == "again\n"
    ana.at_server("POST", f"/api/kernels/{kernel}/restart")
    assert ana.run_in(kernel, "print('restarted')").printed == "restarted\n"
    ana.at_server("DELETE", f"/api/kernels/{kernel}")
    assert ana.at_server("GET", f"/api/kernels/{kernel}").status_code == 404


def test_a_terminal_is_its_owners_and_nbgrader_is_in_it(ana: Person) -> None:
    shown = ana.type_in_terminal("id -un; tty; which nbgrader; echo li''sto", until="listo")
    assert "/dev/pts/" in shown
    assert "bin/nbgrader" in shown


def test_nobody_elses_things_are_there(ana: Person, beto: Person, hub: RunningHub) -> None:
    beto.run("open('secreto.txt', 'w').write('de beto')")
    root = hub.root
    hidden = [
        hub.folder,
        hub.folder / "homes" / "beto",
        hub.folder / "autograder.db",
        hub.folder / "hub" / "jupyterhub.db",
        hub.folder / "hub" / "cookie_secret",
        root / "source",
        root / "solutions",
        root / "course.toml",
        root / "tests",
        root / ".git",
        Path("/home/beto"),
        Path("/etc/shadow"),
        Path("/run"),
    ]
    code = f"""
import os
for path in {[str(path) for path in hidden]!r}:
    try:
        os.stat(path); print("seen", path)
    except OSError:
        pass
print(sorted(os.listdir("/home")), [p for p in os.listdir("/proc") if p.isdigit() and int(p) > 100000])
"""
    said = ana.run(code)
    assert said.raised is None
    assert "seen" not in said.printed
    assert said.printed.strip() == "['ana'] []"


def test_the_system_cannot_be_written_to(ana: Person) -> None:
    code = """
import os, sys
ours = os.path.dirname(__import__("autograder").__file__)
for folder in ("/usr/bin", "/etc/jupyter", sys.prefix, ours, "/", "/home"):
    try:
        open(folder + "/x", "w"); print("wrote", folder)
    except OSError:
        pass
print("done")
"""
    assert ana.run(code).printed == "done\n"


def test_the_hubs_secrets_are_in_no_environment(ana: Person) -> None:
    said = ana.run("import os; print('\\n'.join(sorted(os.environ)))")
    names = said.printed.split()
    assert "CONFIGPROXY_AUTH_TOKEN" not in names
    assert not [name for name in names if "COOKIE_SECRET" in name or "DATABASE" in name or name == "AUTOGRADER_HOME"]


def test_a_cpu_server_sees_no_gpu(ana: Person) -> None:
    said = ana.run(
        "import os; print(repr(os.environ['CUDA_VISIBLE_DEVICES']), [d for d in os.listdir('/dev') if 'nv' in d])"
    )
    assert said.printed.strip() == "'' []"


def test_what_the_token_of_a_server_may_not_do_is_refused(ana: Person) -> None:
    forbidden = [
        ("POST", "/users/ana/tokens", b"{}"),
        ("GET", "/users", None),
        ("GET", "/users/beto", None),
        ("POST", "/users/eva", b"{}"),
        ("DELETE", "/users/beto", None),
        ("PATCH", "/users/ana", b'{"admin": true}'),
        ("DELETE", "/users/ana/server", None),
        ("DELETE", "/users/beto/server", None),
        ("POST", "/users/beto/server", b"{}"),
        ("POST", "/users/beto/activity", b'{"last_activity": "2026-01-01T00:00:00Z"}'),
        ("GET", "/groups", None),
        ("POST", "/groups/formgrade-vision/users", b'{"users": ["ana"]}'),
        ("GET", "/services", None),
        ("GET", "/services/autograder", None),
        ("GET", "/proxy", None),
        ("POST", "/shutdown", b"{}"),
        ("GET", "/shares/ana", None),
        ("POST", "/share-codes/ana/", b"{}"),
    ]
    code = f"{ASK}\nprint({{f'{{m}} {{p}}': ask(m, hub + p, b) for m, p, b in {forbidden!r}}})"
    said = ana.run(code)
    assert said.raised is None
    answers = eval(said.printed)  # a dict that our own code printed
    # What one may not see is not there: 404 says no more than 403 does. 200 with nothing in it is a list of none.
    assert {call: status for call, status in answers.items() if status not in (403, 404, 405)} in (
        {},
        {"GET /services": 200},
    )
    if answers["GET /services"] == 200:
        said = ana.run(f"{ASK}\nprint(read(hub + '/services'))")
        assert json.loads(said.printed) == {}


def test_what_the_token_of_a_server_may_do_works(ana: Person) -> None:
    code = f"{ASK}\nprint(ask('GET', hub + '/user'), ask('GET', os.environ['AUTOGRADER_SERVICE_URL'] + '/'))"
    assert ana.run(code).printed.split() == ["200", "200"]


def test_somebody_elses_server_is_closed_by_every_way(ana: Person, beto: Person, hub: RunningHub) -> None:
    assert ana.at_server("GET", "/api/contents", of="beto").status_code in (403, 404)
    assert ana.session.get(f"{hub.url}/user/beto/api/contents", timeout=20).status_code in (403, 404)
    port = beto.run("import os; print(os.environ['JUPYTERHUB_SERVICE_URL'])").printed.strip()
    code = f"""{ASK}
def bare(url):
    try:
        return r.urlopen(url, timeout=20).status
    except urllib.error.HTTPError as error:
        return error.code
print(ask("GET", {port!r} + "api/contents"), bare({port!r} + "api/contents"), bare({port!r} + "api/kernels"))
"""
    assert set(ana.run(code).printed.split()) <= {"403", "404"}


def test_a_student_reaches_no_formgrader(ana: Person) -> None:
    assert ana.at_server("GET", "/formgrader").status_code == 404
    page = ana.at_server("GET", "/lab").text
    config = json.loads(
        page.partition('<script id="jupyter-config-data" type="application/json">')[2].partition("</script>")[0]
    )
    assert "@jupyter/nbgrader:formgrader" in json.dumps(config["disabledExtensions"])


def test_memory_beyond_the_profile_ends_the_cell_and_not_the_machine(ana: Person) -> None:
    said = ana.run("x = bytearray(8 << 30)")
    assert said.raised is not None
    assert said.raised.startswith("MemoryError")


def test_staff_see_the_course_and_may_change_it_and_students_work_is_not_in_it(profe: Person) -> None:
    code = """
import os, subprocess
print(sorted(os.listdir("/home")))
os.chdir("/home/vision")
print(os.access("source", os.W_OK), os.access("course.toml", os.W_OK), os.path.exists("/home/ana"))
print(sorted(os.listdir("var")))
"""
    lines = profe.run(code).printed.splitlines()
    ours = os.access(profe.hub.root / "source", os.W_OK)  # without root, staff are who started the hub
    assert lines == ["['profe', 'vision']", f"{ours} False False", "['nbgrader']"]


def test_formgrader_answers_staff(profe: Person) -> None:
    answer = profe.at_server("GET", "/formgrader/api/assignments")
    assert answer.status_code == 200, answer.text[-2000:]
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]


def test_a_profile_that_is_not_offered_is_refused(hub: RunningHub) -> None:
    person = hub.sign_in("beto")
    person.stop_server()
    assert person.api("POST", "/users/beto/server", {"profile": "enorme"}).status_code == 400


def test_one_gpu_is_for_one_server_and_the_next_waits_in_line(hub: RunningHub) -> None:
    first, second = hub.sign_in("beto"), hub.sign_in("profe")
    for person in (first, second):
        person.stop_server()
    form = second.session.get(f"{hub.url}/hub/spawn", timeout=20).content.decode()
    assert "1 de 1 libres" in form
    first.start_server(profile="gpu")
    said = first.run("import os; print(os.environ['CUDA_VISIBLE_DEVICES'])")
    assert said.printed.strip() == "GPU-11111111-aaaa"
    assert place_in_line(second) == {"position": 1, "next": False, "quota": False}
    refused = second.api("POST", "/users/profe/server", {"profile": "gpu"})
    assert refused.status_code == 503
    assert "número 1 en la fila" in refused.json()["message"]
    with suppress(Exception):
        first.run("import os, signal; os.kill(2, signal.SIGKILL)", seconds=5)  # the server itself dies
    deadline = time.monotonic() + 30
    while not place_in_line(second)["next"] and time.monotonic() < deadline:
        time.sleep(0.5)
    second.start_server(profile="gpu")
    second.stop_server()
    assert place_in_line(first)["next"]


def place_in_line(person: Person) -> dict[str, object]:
    return person.session.get(f"{person.hub.url}/hub/line?profile=gpu", timeout=20).json()


def test_a_dead_proxy_is_started_again_and_knows_the_servers(hub: RunningHub, ana: Person) -> None:
    assert ana.token()
    os.kill(int((hub.folder / "hub" / "proxy.pid").read_text().split()[0]), signal.SIGKILL)
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        with suppress(requests.ConnectionError):
            if ana.at_server("GET", "/api/contents").status_code == 200:
                return
        time.sleep(0.5)
    raise AssertionError("no proxy")


def test_servers_go_on_while_the_hub_is_dead_and_are_found_again(hub: RunningHub, ana: Person) -> None:
    ana.run("open('antes.txt', 'w').write('x')")
    before = ana.run("import os; print(os.environ['JUPYTERHUB_SERVICE_URL'])").printed
    hub.kill()
    hub.start()
    again = hub.sign_in("ana")
    assert again.api("GET", "/users/ana").json()["servers"][""]["ready"]
    assert again.run("import os; print(os.environ['JUPYTERHUB_SERVICE_URL'])").printed == before
    again.stop_server()
    assert again.api("GET", "/users/ana").json()["servers"] == {}
    assert not _processes_of(hub, "ana")
    cullers = [one for one in Path("/proc").glob("[0-9]*/cmdline") if _says(one, b"autograder.hub.culler")]
    assert sum(_says(one.parent / "environ", f"AUTOGRADER_HOME={hub.folder}".encode()) for one in cullers) == 1


def _says(file: Path, words: bytes) -> bool:
    with suppress(OSError):
        return words in file.read_bytes()
    return False


def _processes_of(hub: RunningHub, user: str) -> list[str]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if (folder / "cwd").readlink() == hub.folder / "homes" / user:
                    found.append(folder.name)
            except OSError:
                continue
    return found
