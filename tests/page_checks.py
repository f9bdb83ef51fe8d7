"""What must be true of every page, whatever it says: valid HTML, one h1 that the title tells, unique ids, labels."""

from xml.etree.ElementTree import Element

import html5lib

_LABELLED = {"input", "textarea", "select"}


class Page:
    """A page as a person meets it, parsed strictly."""

    def __init__(self, html: str) -> None:
        self.html = html
        parser = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False)
        self.tree: Element = parser.parse(html)
        self.faults = [code for _, code, _ in parser.errors if code not in _KNOWN]

    def all(self, tag: str) -> list[Element]:
        """Every element with this tag."""
        return list(self.tree.iter(tag))

    @property
    def title(self) -> str:
        """The title's words."""
        return words(self.all("title")[0])

    @property
    def heading(self) -> str:
        """The h1's words."""
        return words(self.all("h1")[0])

    @property
    def text(self) -> str:
        """Everything that can be read on the page."""
        return words(self.all("body")[0])


_KNOWN: frozenset[str] = frozenset()


def words(element: Element) -> str:
    """The words inside an element, with single spaces."""
    return " ".join("".join(element.itertext()).split())


def check(page: Page) -> None:
    """Assert what must hold on every page."""
    assert not page.faults, page.faults
    root = page.tree
    assert root.get("lang") == "en-US"
    assert len(page.all("h1")) == 1
    assert page.heading in page.title
    ids = [str(e.get("id")) for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids)), sorted({i for i in ids if ids.count(i) > 1})
    labels = {e.get("for") for e in page.all("label")}
    for control in (e for tag in _LABELLED for e in page.all(tag)):
        if control.get("type") not in ("hidden", "submit"):
            assert control.get("id") in labels, f"no label for {control.get('name')}"
    known = set(ids)
    for element in root.iter():
        for name in ("aria-describedby", "aria-labelledby", "for"):
            for target in (element.get(name) or "").split():
                assert target in known, f"{name} names {target}, which is not on the page"
        assert not [a for a in element.attrib if str(a).startswith("on") or a == "style"], "inline code"
    assert not page.all("style")
    for script in page.all("script"):
        assert script.get("src"), "inline script"
    for control in page.all("button"):
        assert control.get("disabled") is None
