"""Patients at the last page, who press Send until it works; and the count of what came of it."""

import http.client
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import func, select

from app.records import models
from app.records.sealed import ANSWERS as ANSWERS_KIND
from app.records.store import Store
from bench.patients import Walker, inputs
from tests.cases import TYPICAL
from tests.faults.serving import Server

ANSWERS = {key: value for key, value in TYPICAL["answers"].items() if key != "visit_date"}
AWAY = (OSError, http.client.HTTPException)
_PATIENCE = 60


class Patient(Walker):
    """Sends the same again when the server asks for it, as it does when it has more to write than it can."""

    def posts(self, data: dict[str, Any]) -> int:
        """POST to the page that is open, and again, a few times if need be; an error page has no form to fill in."""
        status = super().posts(data)
        for _ in range(4):
            if status != 503:
                break
            status = self.asks("POST", self.path, self.last)
        return status


def hidden_fields(body: str) -> dict[str, str]:
    """What a page carries along."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', body))


class Form:
    """A form ready to be signed, on one patient's device. Every press posts the page as it was first shown."""

    def __init__(self, port: int) -> None:
        self.walker = Patient(port)
        self.walker.starts(ANSWERS, until="sign")
        self.path = self.walker.path
        self.data: dict[str, Any] = {**hidden_fields(self.walker.body), **inputs("sign", ANSWERS)}
        self.acknowledged = False
        self.statuses: list[int] = []

    def sends(self) -> int:
        """Press Send once; returns the status. Only a way to the receipt counts as an acknowledgement."""
        self.walker.reconnects()  # a server closes connections that rested
        status = self.walker.asks("POST", self.path, self.data)
        if status == 200:  # pressed so fast, one is asked to press once more
            self.data |= hidden_fields(self.walker.body)
            status = self.walker.asks("POST", self.path, self.data)
        self.statuses.append(status)
        if status in (302, 303):
            assert self.walker.location.endswith("/receipt"), self.walker.location
            self.acknowledged = True
        return status

    def reference(self) -> str:
        """The reference on the receipt, asked for on a fresh connection."""
        self.walker.reconnects()
        self.walker.opens(self.path.replace("/sign", "/receipt"))
        self.walker.connection.close()
        found = re.findall(r'class="code">([^<]+)<', self.walker.body)
        assert len(found) == 1, f"no receipt at {self.walker.path}: {self.statuses}"
        return found[0]

    def closes(self) -> None:
        """Put the device away."""
        self.walker.connection.close()


def prepared(port: int, count: int) -> list[Form]:
    """So many forms, filled in by four patients at a time."""
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda _: Form(port), range(count)))


class Rush:
    """Many patients press Send at once, and again whenever the server was away or asked them to."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.forms: list[Form] = []
        self.retries = 0
        self._changed = threading.Condition()
        self._acknowledged = 0

    def of(self, count: int, at_once: int = 8) -> AbstractContextManager[None]:
        """So many forms, filled in before the block, pressed within it."""
        return self.presses(prepared(self.server.port, count), at_once)

    @contextmanager
    def presses(self, forms: list[Form], at_once: int = 8) -> Iterator[None]:
        """Patients press Send on these forms while the block runs; at its end all of them are sent."""
        self.forms += forms
        with ThreadPoolExecutor(at_once) as pool:
            sent: list[Future[None]] = [pool.submit(self._sends_until_it_works, form) for form in forms]
            yield
            for one in sent:
                one.result(timeout=2 * _PATIENCE)

    def includes(self, *forms: Form) -> None:
        """These forms were sent by hand; they count like the others."""
        assert all(form.acknowledged for form in forms)
        self.forms += forms
        self.counts(acknowledged=len(forms))

    @property
    def acknowledged(self) -> int:
        """How many patients were told by now that their form was sent."""
        return self._acknowledged

    def wait_for(self, more: int) -> None:
        """Wait until so many more forms were acknowledged than now."""
        with self._changed:
            wanted = self._acknowledged + more
            assert self._changed.wait_for(lambda: self._acknowledged >= wanted, _PATIENCE), "too few were sent"

    def _sends_until_it_works(self, form: Form) -> None:
        for _ in range(400):
            assert self.server.up.wait(_PATIENCE), "the server did not come back"
            try:
                status = form.sends()
            except AWAY:
                form.walker.reconnects()
                self.counts(retries=1)
                continue
            assert status in (302, 303, 503), (status, form.walker.body[:500])
            if form.acknowledged:
                self.counts(acknowledged=1)
                return
            self.counts(retries=1)
        raise AssertionError(f"never sent: {form.statuses[-5:]}")

    def counts(self, acknowledged: int = 0, retries: int = 0) -> None:
        """Count what a patient saw."""
        with self._changed:
            self._acknowledged += acknowledged
            self.retries += retries
            self._changed.notify_all()

    def proves(self, url: str) -> str:
        """Every form acknowledged has its receipt, and is stored with its answers exactly once; nothing else is."""
        references = [form.reference() for form in self.forms]
        for form in self.forms:
            form.closes()
        stored, sealed = submissions(url)
        said = f"{self.acknowledged} acknowledged, {len(stored)} stored, {self.retries} presses more than needed"
        assert self.acknowledged == len(self.forms), said
        assert len(set(references)) == len(references), said
        assert sorted(references) == sorted(stored), said
        assert sealed == len(stored), said
        return said


def submissions(url: str) -> tuple[list[str], int]:
    """The references of every stored submission, and how many of them have their sealed answers and a key to them."""
    store = Store(url)
    with store.reading() as connection:
        stored = list(connection.execute(select(models.Submission.reference)).scalars())
        whole = (
            select(func.count(models.SealedKey.document.distinct()))
            .join(models.SealedDocument, models.SealedDocument.id == models.SealedKey.document)
            .where(models.SealedDocument.kind == ANSWERS_KIND)  # a chain's key is sealed too, and is no form
        )
        sealed = connection.execute(whole).scalar_one()
    store.close()
    return stored, sealed


def kill_rounds(server: Server, rush: Rush, kill: Callable[[], None], *, rounds: int, forms: int, early: int) -> str:
    """Kill in the midst of a rush, round after round; returns how many were acknowledged before each kill."""
    counts: list[int] = []
    for _ in range(rounds):
        before = rush.acknowledged
        with rush.of(forms):
            rush.wait_for(early)
            kill()
            counts.append(rush.acknowledged - before)
            server.starts()
    return "before each kill " + ", ".join(map(str, counts))
