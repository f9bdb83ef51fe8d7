"""Hemifacial spasm: the whole questionnaire, in the order it is asked. This is the source; all else is output."""

from ..kinds import N_, Definition, Review
from .about import ABOUT
from .flag_rules import FLAGS, LEVELS
from .goals import GOALS
from .health import HEALTH
from .life import LIFE
from .notices import NOTICES
from .now import NOW
from .onset import ONSET
from .send import SEND
from .toxin import TOXIN
from .treatments import TREATMENTS
from .words import MESSAGES, SCORES, STATES, TEXTS

DEFINITION = Definition(
    id="hemifacial_spasm_intake",
    version="1.1.0",
    language="en-US",
    title=N_("Hemifacial spasm: questions before your visit"),
    flags_version="1.1.0",
    early_after="contact",
    review=Review(status=N_("not yet reviewed")),
    parts=(ABOUT, ONSET, NOW, GOALS, TOXIN, TREATMENTS, HEALTH, LIFE, SEND),
    notices=NOTICES,
    flags=FLAGS,
    levels=LEVELS,
    scores=SCORES,
    states=STATES,
    messages=MESSAGES,
    texts=TEXTS,
)
