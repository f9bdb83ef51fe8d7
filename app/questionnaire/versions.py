"""A definition as a plain value: canonical JSON, its hash, and the way back.

Every submission points at the exact wording its patient saw, so every wording ever sent must load for ever.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from hashlib import sha256
from typing import Any

from . import conditions, kinds
from .kinds import Definition

_TYPES: Mapping[str, type] = {
    cls.__name__: cls
    for module in (conditions, kinds)
    for cls in vars(module).values()
    if isinstance(cls, type) and is_dataclass(cls)
}
_DIGEST = "digest of the wording"
_NEVER_TRANSLATED = frozenset(
    {
        *("id", "code", "system", "display", "use", "codes", "column", "tier", "setting", "version"),
        *("exclusive", "means", "autocomplete", "deidentify", "prefill_from", "prefill_item"),
        *("op", "question", "item", "other", "value", "level", "of", "sources", "evidence"),
        *("language", "flags_version", "early_after", "after_page"),
    }
)


def canonical_json(definition: Definition) -> str:
    """The definition as JSON: keys sorted, defaults left out, each object named by its kind in `_`."""
    return json.dumps(_plain(definition), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(document: str) -> str:
    """The SHA-256 of a wording's canonical JSON, in hex: its permanent name."""
    return sha256(document.encode()).hexdigest()


def digest_of(definition: Definition) -> str:
    """The digest of a definition's canonical JSON; worked out once for each definition."""
    known = definition.memo.get(_DIGEST)
    if known is None:
        known = definition.memo[_DIGEST] = digest(canonical_json(definition))
    return str(known)


@lru_cache(maxsize=16)
def load(document: str) -> Definition:
    """A definition back from its canonical JSON, equal to the one it was made from.

    Raises ValueError when the document names a kind this program does not know.
    """
    loaded = _value(json.loads(document))
    if not isinstance(loaded, Definition):
        raise ValueError("this document is not a questionnaire definition")
    return loaded


def translated(definition: Definition, language: str, translate: Callable[[str], str]) -> Definition:
    """The definition with every sentence put through `translate`, as one language's patients see it."""
    spoken = _spoken(definition, translate)
    assert isinstance(spoken, Definition)  # noqa: S101 (narrowing only: _spoken keeps the type)
    return replace(spoken, language=language)


def _spoken(value: Any, translate: Callable[[str], str]) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        changed = {f.name: _spoken(getattr(value, f.name), translate) for f in fields(value) if _is_spoken(f.name)}
        return replace(value, **changed)
    if isinstance(value, tuple):
        return tuple(_spoken(part, translate) for part in value)
    return translate(value) if isinstance(value, str) and value else value


def _is_spoken(name: str) -> bool:
    return name not in _NEVER_TRANSLATED


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        plain: dict[str, Any] = {"_": type(value).__name__}
        for field in fields(value):
            given = getattr(value, field.name)
            if given != field.default:
                plain[field.name] = _plain(given)
        return plain
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value


def _value(plain: Any) -> Any:
    if isinstance(plain, dict):
        name = plain.get("_")
        cls = _TYPES.get(str(name))
        if cls is None:
            raise ValueError(f"this program does not know the kind {name!r}")
        return cls(**{key: _value(part) for key, part in plain.items() if key != "_"})
    if isinstance(plain, list):
        return tuple(_value(part) for part in plain)
    return plain
