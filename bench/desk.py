"""Measure the doors and the pages of the desk: CPU in this process, beside what they cannot do without."""

import statistics
from collections.abc import Callable

from argon2 import PasswordHasher
from sqlalchemy import delete
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client

from app import desk
from app.parts import Parts
from app.records import models
from bench.hello import application as hello
from bench.house import cpu, fill, house
from tests.desk.authenticator import Authenticator
from tests.desk.people import PASSWORD, Staff
from tests.desk.test_passkeys import adds, touches

FORMS = 200
ROUNDS = 5
PAGES = ("/desk/sign-in", "/desk/", "/desk/search", "/desk/export", "/desk/account", "/desk/accounts", "/desk/audit")


def main() -> None:
    """Print ratios: a sign-in to one Argon2 check, a page to a hello-world in the same process."""
    with house() as parts:
        fill(parts, FORMS)
        hasher = PasswordHasher()
        mounted = DispatcherMiddleware(hello(), {"/desk": desk.create_room(parts, hasher=hasher)})
        staff = Staff.of(parts, mounted).has_an_account("administrator", "specialist", "privacy-officer").signs_in()
        phone = Authenticator()
        adds(staff, phone)
        kept = hasher.hash(PASSWORD)
        check = statistics.median(cpu(lambda: hasher.verify(kept, PASSWORD)) for _ in range(ROUNDS))

        def with_password() -> None:
            clean(parts)
            assert "Forms" in staff.another_browser().signs_in().page.text

        print(f"{'one Argon2 check':34}{check * 1000:8.2f} ms")
        once("password, app, list of forms", with_password, check)
        once("passkey, list of forms", lambda: touches(staff.another_browser(), phone), check)
        floor = statistics.median(cpu(lambda: Client(mounted).get("/"), 200) for _ in range(ROUNDS))
        print(f"\n{'hello (us)':34}{floor * 1e6:8.0f}")
        for path in PAGES:
            get = getter(staff.another_browser() if path.endswith("sign-in") else staff, path)
            ratio = statistics.median(cpu(get, 20) for _ in range(ROUNDS)) / floor
            print(f"{path:34}{ratio:8.1f} x hello")


def once(name: str, act: Callable[[], object], floor: float) -> None:
    ratio = statistics.median(cpu(act) for _ in range(ROUNDS)) / floor
    print(f"{name:34}{ratio:8.2f} x the check")


def getter(staff: Staff, path: str) -> Callable[[], None]:
    def get() -> None:
        assert staff.client.get(path, base_url=staff.base_url).status_code == 200, path

    get()
    return get


def clean(parts: Parts) -> None:
    """Codes and counts of the rounds before."""
    with parts.store.writing() as connection:
        connection.execute(delete(models.Spent))
        connection.execute(delete(models.Attempt))
