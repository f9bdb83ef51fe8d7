"""The words of the public pages: all the facts, in plain words, and nothing they must not say."""

import re
from html import unescape
from pathlib import Path

import pytest

from app.overview import pages
from app.overview.pages import FRONT_MATTER, ContentPage, Html, Slot, load_page
from app.overview.views import kept

LANGUAGE = "en"
SLUGS = ("overview", "privacy", "accessibility")
WORDS = {
    "clinic_name": "New York Facial Paralysis",
    "clinic_place": "At Manhattan Eye, Ear, and Throat Hospital",
    "clinic_phone": "(212) 434-4050",
    "clinic_phones": "(212) 434-4050, (212) 371-3223 (FACE)",
    "clinic_hours": "Monday to Friday, 8:30 AM to 5:00 PM",
    "clinic_address": "110 East 40 Street, Suite 501, New York, NY 10016",
    "draft_days": "30",
    "kept": kept([2190]),
}
SLOTS = {"overview": ["safety", "drawing", "contact", "start"], "privacy": [], "accessibility": []}
DRAWING = Path(__file__).parent.parent / "templates" / "overview" / "drawing.svg.html"
SOURCES = "Where these facts come from"

# What the clinical facts say the page must say, section by section, in order.
FACTS: dict[str, tuple[str, ...]] = {
    "What is it?": (
        r"Hemifacial spasm \(HFS\)|hemifacial spasm \(HFS\)",
        r"muscles on one side of the face twitch or pull tight",
        r"cannot stop it",
        r"7th cranial nerve is also called the facial nerve",
        r"moves the eyelids, cheeks, and lips",
        r"usually does not hurt",
        r"go on in sleep",
        r"hear clicks",
        r"rare to have it on both sides",
        r"not a tic",
        r"“tic convulsif.*older name|older name “tic convulsif",
        r"spasm that comes with nerve pain",
    ),
    "How does it begin and spread?": (
        r"most often starts in the lower eyelid",
        r"Over months or years, it moves to the cheek and mouth",
        r"Less often, it starts low in the face and moves up",
        r"most often begins in middle age, and more often in women",
        r"less usual .* before age 40",
        r"often get stronger and come more often",
        r"most muscles on that side",
        r"some people get mild weakness",
        r"New weakness .* prompt care\. If it is sudden, call 911",
    ),
    "How does it affect people?": (
        r"feels tight",
        r"severe, the eye shuts and blocks sight",
        r"Social stigma",
        r"reading, screens, driving, and work",
        r"Eating with others",
        r"Stress makes the spasms worse",
        r"Sleep or rest eases",
        r"Do not drive while your eye shuts",
    ),
    "How common is it?": (r"rare", r"About 10 in 100,000", r"7 to 15"),
    "What causes it?": (
        r"small artery presses on the facial nerve",
        r"where the nerve leaves the brainstem",
        r"anterior inferior cerebellar artery \(AICA\)",
        r"Bell’s palsy",
        r"injury to the facial nerve",
        r"Rarely, the cause is a tumor, multiple sclerosis \(MS\), or a stroke",
        r"Sometimes no cause is found",
        r"Other conditions can look like HFS, so an examination matters",
        r"MRI scan is often done",
    ),
    "How is it treated?": (
        r"Medicine and shots ease HFS, but they do not cure it",
        r"Botulinum toxin \(Botox and other brands\) relaxes the muscles",
        r"Small doses go into the muscles that twitch",
        r"usual first choice",
        r"help most people",
        r"start to work in days",
        r"last about 3 months, and then they are repeated",
        r"droopy eyelid, a dry eye, a weak smile, or a bruise\. These pass",
        r"trouble swallowing, breathing, or speaking",
        r"hours to weeks after a shot\. If it happens, call 911",
        r"carbamazepine or phenytoin may be tried",
        r"help only some people",
        r"Do not stop these pills on your own",
        r"rash or fever, call your doctor the same day",
        r"option when shots or pills do not help enough",
        r"Some people choose it",
        r"microvascular decompression \(MVD\)",
        r"moves the vessel off the nerve",
        r"about 9 of 10 people",
        r"Some studies find fewer",
        r"may take months",
        r"risks are small but real",
        r"hearing loss and a weak face",
        r"Rarely, they include stroke or death",
        r"Weigh the risks and benefits with your specialist",
    ),
    "How can you see a specialist?": (
        r"talk about your case with one of our specialists",
        r"Call New York Facial Paralysis today at \(212\) 434-4050",
        r"appointment for yourself or for a family member",
    ),
    "Before your visit": (r"start the visit form", r"10 to 20 minutes", r"stop and come back"),
    SOURCES: (
        *(rf"PubMed {number}" for number in (7727103, 19574834, 22168965, 22222858, 28488609)),
        r"Wang and Jankovic, 1998",
        r"Yaltho and Jankovic, doi 10\.1002/mds\.23692, 2011",
        r"10\.1002/mdc3\.12106, 2015",
        r"Neurology 29:1261, 1979",
        r"Lee, 2017",
        r"Rudzinska, 2012",
        r"PMC4227371, 2014",
        r"PMC12955192",
        r"Toxins 13:881, 2021",
        r"Acta Neurochirurgica, 2024",
        r"MSD Manual, 2023",
    ),
}

PRIVACY_AND_ACCESS: dict[str, tuple[str, ...]] = {
    "privacy": (
        r"so that your care is safe",
        r"Only staff at New York Facial Paralysis who need them read your answers",
        r"does not read your answers before you send them",
        r"seal your answers with encryption",
        r"keep the unsent form encrypted\. It opens with your code, or on the device",
        r"unsent form 30 days after you last saved it",
        r"no ads and use no trackers",
        r"load nothing from other companies",
        r"One for each form you start",
        r"One for the form’s safety token",
        r"One to remember light or dark",
        r"“I share this device: leave\.”",
        r"Do not email pictures or videos",
        r"see your answers, correct them, or have them erased",
        r"Call New York Facial Paralysis at \(212\) 434-4050",
        r"does not replace the clinic’s Notice of Privacy Practices under HIPAA",
        r"gives you that notice separately",
        r"by phone or on paper",
    ),
    "accessibility": (
        r"JavaScript turned off",
        r"keyboard",
        r"screen reader",
        r"400%",
        r"320 pixels",
        r"dark colors",
        r"forced colors",
        r"Nothing moves",
        r"No page has a time limit",
        r"WCAG\) 2\.2 at level AA",
        r"Patients have not tested these pages yet",
        r"not tested them with real screen readers yet",
        r"take your answers by phone, or you can give them on paper",
    ),
}

FORBIDDEN = (
    r"FDA",
    r"approved",
    r"guideline level|level [ABCU]\b(?! ?A)|class I",
    r"\d+(\.\d+)? ?(units?|mg|milligrams?)\b",
    r"large doses",
    r"\bbest (brand|product|toxin|shot|treatment|choice)|(Botox|Dysport|Xeomin|Daxxify) is",
    r"suffer",
    r"\bvictim",
    r"\bguarantee",
    r"\bpatients? with\b",
    r"tic convulsive",
    r"spams",
    r"Alternately",
    r"leading to facial paralysis",
    r"there is no cure",
    r"\d\.\d+ ?%",
    r"[!]",
    r"['\"]",  # typographic quotes only
)


def page(slug: str) -> ContentPage:
    return load_page(slug, LANGUAGE, WORDS)


def html_of(slug: str) -> str:
    return "".join(block.text for block in page(slug).blocks if isinstance(block, Html))


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", html))).strip()


def sections(slug: str) -> dict[str, str]:
    """The HTML under each h2, by its heading, in order."""
    _, *pieces = re.split(r"<h2 [^>]*>(.*?)</h2>", html_of(slug))
    return {plain(h): body for h, body in zip(pieces[::2], pieces[1::2], strict=True)}


def units(slug: str) -> list[str]:
    """Every paragraph, list item and heading of a page, without the list of sources."""
    body = html_of(slug).split(f">{SOURCES}</h2>")[0]
    found = re.findall(r"<(p|li|h2|h3)\b[^>]*>(.*?)</\1>", body, re.DOTALL)
    return [plain(text) for _, text in found]


def sentences(slug: str) -> list[str]:
    """Sentences of all units; a colon before a list ends one, fragments in lists count too."""
    return [s for unit in units(slug) for s in re.split(r"(?<=[.?:])[”’]?\s+(?=[A-Z“])", unit) if s]


def words_of(text: str) -> list[str]:
    return re.findall(r"[A-Za-z0-9’']+(?:[-,.][A-Za-z0-9]+)*", text)


def syllables(word: str) -> int:
    """Syllables by the usual rules of thumb; digits and capitals count one each, read aloud."""
    if re.fullmatch(r"[\d,.-]+", word):
        return sum(character.isdigit() for character in word)
    if word.isupper() and len(word) > 1:
        return len(word)
    return sum(map(_syllables_of_part, re.split(r"[-.,]", word.lower())))


def _syllables_of_part(part: str) -> int:
    part = re.sub(r"[’']s?", "", part)
    count = len(re.findall(r"[aeiouy]+", part))
    count += len(re.findall(r"(?<![tcs])i[ao]|[iy]ing|iet|usual|real|eo(?!p)|sms?$", part))
    if re.search(r"[^aeiouyl]e$|[aeiou]le$|[^aeioudt]ed$|[^aeiouyscgzxhl]es$|[aeiou]les$", part):
        count -= 1
    return max(count, 1)


def grade(text_sentences: list[str]) -> float:
    """Flesch-Kincaid grade level."""
    words = [word for sentence in text_sentences for word in words_of(sentence)]
    per_sentence = len(words) / len(text_sentences)
    return 0.39 * per_sentence + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def whole_sentences(slug: str) -> list[str]:
    """Only true sentences: headings, labels and list fragments would flatter the grade."""
    ended = [s for s in sentences(slug) if re.search(r"[.?][”’]?$", s) and s not in sections(slug)]
    return [s for s in ended if len(words_of(s)) > 2]


def test_the_overview_keeps_the_order_of_the_facts():
    assert list(sections("overview")) == list(FACTS)


@pytest.mark.parametrize(("heading", "fact"), [(heading, fact) for heading in FACTS for fact in FACTS[heading]])
def test_each_fact_is_told_in_its_section(heading: str, fact: str):
    assert re.search(fact, plain(sections("overview")[heading]))


@pytest.mark.parametrize(
    ("slug", "promise"),
    [(slug, promise) for slug in PRIVACY_AND_ACCESS for promise in PRIVACY_AND_ACCESS[slug]],
)
def test_each_promise_is_made(slug: str, promise: str):
    assert re.search(promise, plain(html_of(slug)))


def test_every_treatment_gives_benefits_and_risks():
    treatment = sections("overview")["How is it treated?"]
    _, *kinds = re.split(r"<h3>", treatment)
    assert [plain(kind.split("</h3>")[0]) for kind in kinds] == [
        "Botulinum toxin shots",
        "Pills",
        "Surgery",
    ]
    for kind in kinds:
        assert kind.index("<strong>Benefits.") < kind.index("<strong>Risks.")


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("phrase", FORBIDDEN)
def test_what_must_not_be_printed_is_not(slug: str, phrase: str):
    shown = page(slug)
    text = " ".join((shown.title, shown.description, plain(html_of(slug))))
    assert not re.search(phrase, text, re.IGNORECASE)


@pytest.mark.parametrize("slug", SLUGS)
def test_no_sentence_is_longer_than_25_words(slug: str):
    assert [s for s in sentences(slug) if len(words_of(s)) > 25] == []
    assert len(words_of(page(slug).description)) <= 25


@pytest.mark.parametrize("slug", SLUGS)
def test_the_reading_level_is_grade_8_at_most(slug: str):
    assert grade(whole_sentences(slug)) <= 8


@pytest.mark.parametrize(
    ("word", "count"),
    [
        *[("face", 1), ("eyelid", 2), ("muscles", 2), ("spasm", 2), ("hemifacial", 4), ("MVD", 3)],
        *[("paralysis", 4), ("artery", 3), ("911", 3), ("surgery", 3), ("tumor", 2), ("eased", 1)],
        *[("people", 2), ("encrypted", 3), ("medicines", 3), ("specialist", 3), ("stopped", 1)],
    ],
)
def test_the_syllable_counter_is_honest(word: str, count: int):
    assert syllables(word) == count


@pytest.mark.parametrize("slug", SLUGS)
def test_headings_nest_and_their_ids_are_their_own(slug: str):
    levels = [int(level) for level in re.findall(r"<h(\d)", html_of(slug))]
    ids = re.findall(r'<h2 id="([a-z0-9-]+)">', html_of(slug))
    assert levels[0] == 2
    assert set(levels) <= {2, 3}
    assert len(ids) == len(set(ids)) == levels.count(2)


@pytest.mark.parametrize("slug", SLUGS)
def test_slots_stand_once_each_in_their_place(slug: str):
    assert [b.name for b in page(slug).blocks if isinstance(b, Slot)] == SLOTS[slug]
    assert "[[" not in html_of(slug)


def test_the_safety_box_stands_after_the_first_section():
    before, slot, after = page("overview").blocks[:3]
    assert isinstance(before, Html)
    assert before.text.count("<h2") == 1
    assert slot == Slot("safety")
    assert isinstance(after, Html)
    assert after.text.startswith("<h2")


@pytest.mark.parametrize("slug", SLUGS)
def test_front_matter_is_complete_and_review_is_still_open(slug: str):
    text = (pages.CONTENT / LANGUAGE / f"{slug}.md").read_text(encoding="utf-8")
    head = text.split("---\n")[1]
    assert tuple(line.split(":")[0] for line in head.splitlines()) == FRONT_MATTER
    shown = page(slug)
    assert shown.title
    assert shown.description
    assert shown.version
    assert not re.search(r"[{}\[\]<>]", shown.title + shown.description)
    assert (shown.reviewed_by, shown.reviewed_on) == ("", "")


@pytest.mark.parametrize("slug", SLUGS)
def test_nothing_leads_away_and_nothing_is_raw_html(slug: str):
    source = (pages.CONTENT / LANGUAGE / f"{slug}.md").read_text(encoding="utf-8")
    assert not re.search(r"https?:|www\.|\]\(|\.(com|org|gov|edu)\b|<", source)
    assert not re.search(r"<(a|img|script|style|iframe)\b|style=", html_of(slug))


@pytest.mark.parametrize("slug", SLUGS)
def test_placeholders_are_known_and_all_filled(slug: str):
    source = (pages.CONTENT / LANGUAGE / f"{slug}.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\{(.*?)\}", source)) <= set(WORDS)
    assert not re.search(r"[{}]", html_of(slug))


def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, **front: str) -> None:
    """A page of our own to load, as en/trial.md."""
    given = {"title": "T", "description": "D", "version": "1", "reviewed_by": "", "reviewed_on": ""}
    head = "".join(f"{key}: {value}\n" for key, value in (given | front).items())
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "trial.md").write_text(f"---\n{head}---\n{body}", encoding="utf-8")
    monkeypatch.setattr(pages, "CONTENT", tmp_path)


def test_words_are_escaped_and_never_read_as_markup(tmp_path, monkeypatch):
    written(tmp_path, monkeypatch, "Call {who}.\n")
    words = {"who": "<b>*A & B*</b> {who}"}
    (only,) = load_page("trial", "en", words).blocks
    assert only == Html("<p>Call &lt;b&gt;*A &amp; B*&lt;/b&gt; {who}.</p>\n")


def test_raw_html_in_a_file_is_printed_as_text(tmp_path, monkeypatch):
    written(tmp_path, monkeypatch, "<script>x</script>\n")
    (only,) = load_page("trial", "en", {}).blocks
    assert only == Html("<p>&lt;script&gt;x&lt;/script&gt;</p>\n")


def test_only_a_paragraph_of_its_own_is_a_slot(tmp_path, monkeypatch):
    written(tmp_path, monkeypatch, "[[one]]\n\nSee [[two]].\n\n- [[three]]\n\n[[four]]\n")
    first, middle, last = load_page("trial", "en", {}).blocks
    assert (first, last) == (Slot("one"), Slot("four"))
    assert isinstance(middle, Html)
    assert "[[two]]" in middle.text
    assert "[[three]]" in middle.text


def test_headings_that_are_alike_get_ids_that_differ(tmp_path, monkeypatch):
    written(tmp_path, monkeypatch, "## Who’s {who}?\n\n## Who’s?\n\n## ¿Qué es?\n\n## ?\n")
    (only,) = load_page("trial", "en", {"who": "he"}).blocks
    assert isinstance(only, Html)
    assert re.findall(r'id="(.*?)"', only.text) == ["whos", "whos-2", "que-es", "section"]


def test_an_unknown_placeholder_is_named(tmp_path, monkeypatch):
    written(tmp_path, monkeypatch, "Call {clinic_fax}.\n")
    with pytest.raises(ValueError, match="clinic_fax"):
        load_page("trial", "en", WORDS)


@pytest.mark.parametrize(
    ("front", "said"),
    [
        ({"title": ""}, "'title'"),
        ({"colour": "red"}, "colour"),
        ({"reviewed_by": "Dr. A"}, "both"),
        ({"reviewed_by": "Dr. A", "reviewed_on": "last week"}, "a date like"),
    ],
)
def test_front_matter_that_is_wrong_is_refused(tmp_path, monkeypatch, front, said):
    written(tmp_path, monkeypatch, "Text.\n", **front)
    with pytest.raises(ValueError, match=said):
        load_page("trial", "en", {})


def test_a_signed_review_is_handed_on(tmp_path, monkeypatch):
    signed = {"reviewed_by": "Dr. A", "reviewed_on": "2026-03-28"}
    written(tmp_path, monkeypatch, "Text.\n", **signed)
    shown = load_page("trial", "en", {})
    assert (shown.reviewed_by, shown.reviewed_on) == ("Dr. A", "2026-03-28")


@pytest.mark.parametrize("text", ["", "No front matter.\n", "---\ntitle: T\n", "x\n---\na: b\n---\n"])
def test_a_file_without_front_matter_is_refused(tmp_path, monkeypatch, text):
    written(tmp_path, monkeypatch, "")
    (tmp_path / "en" / "trial.md").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"trial\.md"):
        load_page("trial", "en", {})


@pytest.mark.parametrize(
    ("slug", "language"),
    [
        *[("nowhere", "en"), ("", "en"), ("../en/overview", "en"), ("../en", "en")],
        *[("overview", "xx"), ("overview", ""), ("overview", "."), ("overview", "../content/en")],
    ],
)
def test_what_does_not_exist_is_a_lookup_error(slug: str, language: str):
    with pytest.raises(LookupError, match="There is no"):
        load_page(slug, language, WORDS)


def test_the_drawing_says_in_words_what_it_shows():
    drawing = DRAWING.read_text(encoding="utf-8")
    (labelled,) = re.findall(r'<svg\b[^>]*aria-labelledby="([^"]+)"', drawing, re.DOTALL)
    for name in labelled.split():
        assert f'id="{name}"' in drawing
    assert re.search(r'<svg\b[^>]*role="img"', drawing, re.DOTALL)
    caption = plain(drawing.split("<figcaption>")[1])
    for part in ("brainstem", "facial nerve", "artery", "eyelid", "cheek", "mouth"):
        assert part in caption
        assert part in plain(" ".join(re.findall(r"<desc.*?</desc>", drawing, re.DOTALL)))
        assert part in plain(" ".join(re.findall(r"<text.*?</text>", drawing, re.DOTALL))).lower()


def test_the_drawing_obeys_a_strict_policy_and_follows_the_theme():
    drawing = DRAWING.read_text(encoding="utf-8")
    assert not re.search(r"<style|style=|<script|\son\w+=|https?:|#[0-9a-fA-F]{3,6}\b", drawing)
    assert set(re.findall(r'(?:stroke|fill)="([^"]+)"', drawing)) <= {"none", "currentColor"}
    assert min(float(size) for size in re.findall(r'font-size="([\d.]+)"', drawing)) >= 14
