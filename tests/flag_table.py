"""Answer sets that raise each flag, and near misses that do not. Written from the clinical rules, not from the code.

Every code of a rule has a row of its own, and one near miss holds all the codes beside them.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

SENT = date(2026, 3, 2)
VISIT = date(2026, 3, 20)


@dataclass(frozen=True)
class Row:
    """One answer set for one flag: whether it must fire on this visit day when sent on that day."""

    flag: str
    answers: dict[str, Any]
    fires: bool
    as_of: date = SENT
    sent_on: date = SENT


def fire(flag: str, *sets: dict[str, Any]) -> list[Row]:
    return [Row(flag, answers, fires=True) for answers in sets]


def miss(flag: str, *sets: dict[str, Any]) -> list[Row]:
    return [Row(flag, answers, fires=False) for answers in sets]


def each(question: str, codes: str) -> list[dict[str, Any]]:
    """A multiple answer with one code each."""
    return [{question: [code]} for code in codes.split()]


def one(question: str, codes: str) -> list[dict[str, Any]]:
    """A single answer each."""
    return [{question: code} for code in codes.split()]


def shots(**items: Any) -> dict[str, Any]:
    return {"toxin_ever": "yes", "toxin_records": "yes", "toxin_rounds": [{"_id": "a", **items}]}


def before(days: int, day: date = SENT) -> str:
    return (day - timedelta(days=days)).isoformat()


SPREAD = "swallow breath speech"
TOXIN_OTHER_EFFECTS = ["ptosis", "dry_eye", "double", "face_weak", "drool", "bruise", "headache", "flu"]

CONDITIONS = (
    "mg lems als neuropathy ms stroke brain_tumor aneurysm htn bleeding lung swallowing heart diabetes cancer"
    " eye_surgery dry_eye depression seizures"
)
NEURO = "double limb_weak speech swallow breath seizure limb_jerk headache lid_fatigue weight"
ASSOC = "pain numb weak hearing_loss tinnitus clicks dizzy taste dry_eye tearing lump"


def all_but(codes: str, left_out: str) -> list[str]:
    """Every one of the codes that is not left out."""
    return [code for code in codes.split() if code not in left_out.split()]


SIMPLE = [
    *fire("urgent_now", *each("urgent_now", "face_droop arm_leg speech swallow_breathe vision_loss worst_headache")),
    *miss("urgent_now", {}, {"urgent_now": ["none"]}),
    *fire(
        "toxin_allergy", {"allergies": ["toxin", "milk"]}, {"toxin_se": ["allergy"]}, shots(side_effects=["allergy"])
    ),
    *miss(
        "toxin_allergy",
        {"allergies": ["albumin", "milk", "anticonvulsant", "contrast", "latex", "other", "unsure"]},
        {"toxin_se": [*TOXIN_OTHER_EFFECTS, *SPREAD.split(), "no_close"]},
        shots(side_effects=[*TOXIN_OTHER_EFFECTS, *SPREAD.split(), "no_close"]),
    ),
    *fire("neuromuscular", *each("conditions", "mg lems als neuropathy"), {"neuro": ["lid_fatigue"]}),
    *miss("neuromuscular", {"conditions": all_but(CONDITIONS, "mg lems als neuropathy")}),
    *miss("neuromuscular", {"neuro": all_but(NEURO, "lid_fatigue")}),
    *fire("resp_swallow", *each("conditions", "lung swallowing"), *each("neuro", "swallow breath")),
    *miss("resp_swallow", {"conditions": all_but(CONDITIONS, "lung swallowing")}, {"toxin_se": ["swallow", "breath"]}),
    *miss("resp_swallow", {"neuro": all_but(NEURO, "swallow breath")}),
    *fire("pregnancy", *one("pregnancy", "pregnant trying breastfeeding")),
    *miss("pregnancy", *one("pregnancy", "no na decline")),
    *fire("milk_albumin", *each("allergies", "milk albumin")),
    *miss("milk_albumin", {"allergies": ["toxin", "anticonvulsant", "contrast", "latex", "other"]}, {}),
    *fire("bilateral", {"side": "both"}, {"side": "both", "both_pattern": "one_then_other"}),
    *miss("bilateral", *one("side", "left right unsure")),
    *fire("rapid_onset", *one("onset_speed", "sudden days")),
    *miss("rapid_onset", *one("onset_speed", "weeks gradual unsure")),
    *fire("pain", {"assoc": ["pain"]}, {"assoc": ["tearing", "pain"], "pain_kind": "shock"}),
    *miss("pain", {"assoc": all_but(ASSOC, "pain")}, {"pain_kind": "shock"}),
    *fire("numb", {"assoc": ["numb"]}, {"assoc": ["pain", "numb"]}),
    *miss("numb", {"assoc": all_but(ASSOC, "numb")}, {}),
    *fire("weak", {"assoc": ["weak"]}, {"assoc": ["weak", "tearing"]}),
    *miss("weak", {"assoc": all_but(ASSOC, "weak")}, {"palsy_before": "yes"}),
    *fire("hearing", {"assoc": ["hearing_loss"]}, {"assoc": ["clicks", "hearing_loss"]}),
    *miss("hearing", {"assoc": all_but(ASSOC, "hearing_loss")}, {"hearing_test": "yes"}),
    *fire("mass", {"assoc": ["lump"]}, *each("conditions", "brain_tumor aneurysm")),
    *fire("mass", {"prior_event": ["tumor"]}, {"imaging_result": ["tumor"]}),
    *miss("mass", {"conditions": all_but(CONDITIONS, "brain_tumor aneurysm"), "assoc": all_but(ASSOC, "lump")}),
    *miss("mass", {"prior_event": ["injury", "face_surgery", "dental", "ear_infection", "shingles"]}),
    *miss("mass", {"imaging_result": ["vessel", "ms", "stroke", "normal", "dont_know"]}),
    *fire(
        "neuro", *each("neuro", "double limb_weak speech seizure limb_jerk weight"), *each("conditions", "ms stroke")
    ),
    *miss("neuro", {"neuro": all_but(NEURO, "double limb_weak speech seizure limb_jerk weight")}),
    *miss("neuro", {"conditions": all_but(CONDITIONS, "ms stroke")}, {"neuro": ["none"]}),
    *fire("synkinesis", {"palsy_before": "yes"}, {"linked_move": "every_time"}),
    *miss("synkinesis", *one("palsy_before", "no unsure"), *one("linked_move", "never sometimes unsure")),
    *fire("tic", *one("suppress", "yes urge")),
    *miss("tic", *one("suppress", "no unsure")),
    *fire("driving", {"drive_eye": "yes", "driving": "some"}, {"driving": "daily", "eye_closes": "long"}),
    *fire("driving", {"driving": "some", "eye_closes": "long"}),
    *miss("driving", {"driving": "stopped", "eye_closes": "long"}, {"driving": "no", "eye_closes": "long"}),
    *miss("driving", {"driving": "daily", "eye_closes": "briefly"}, {"driving": "daily", "eye_closes": "partly"}),
    *miss("driving", {"eye_closes": "long"}, {"driving": "daily", "drive_eye": "unsure"}, {"drive_eye": "no"}),
    *fire("toxin_other_recent", {"toxin_other_use": "yes"}, {"toxin_ever": "no", "toxin_other_use": "yes"}),
    *miss("toxin_other_recent", {"toxin_other_use": "no"}, {"toxin_other_use": "unsure"}),
    *fire("toxin_wearing", *one("toxin_trend", "less stopped")),
    *miss("toxin_wearing", *one("toxin_trend", "same better na")),
    *fire(
        "toxin_eye_se", {"toxin_se": ["no_close"]}, shots(side_effects=["no_close"]), {"conditions": ["eye_surgery"]}
    ),
    *miss(
        "toxin_eye_se",
        {"toxin_se": [*TOXIN_OTHER_EFFECTS, *SPREAD.split(), "allergy"]},
        shots(side_effects=[*TOXIN_OTHER_EFFECTS, *SPREAD.split(), "allergy"]),
        {"conditions": all_but(CONDITIONS, "eye_surgery")},
    ),
    *fire("anticoag", *each("blood_thinner", "warfarin doac antiplatelet other"), {"conditions": ["bleeding"]}),
    *miss("anticoag", *each("blood_thinner", "aspirin unsure none"), {"conditions": ["stroke", "heart"]}),
    *fire("htn", {"conditions": ["htn"]}, {"conditions": ["heart", "htn"]}),
    *miss("htn", {"conditions": all_but(CONDITIONS, "htn")}, {"conditions": ["none"]}),
    *fire("mvd", {"mvd_ever": "yes"}, {"mvd_ever": "yes", "mvd_rows": [{"_id": "a", "date": "2012"}]}),
    *miss("mvd", *one("mvd_ever", "no unsure")),
    *fire("no_mri", {"imaging": ["none"]}, {"imaging": ["ct"]}, {"imaging": ["unsure_kind"]}),
    *miss("no_mri", {}, {"imaging": ["mri"]}, {"imaging": ["ct", "mra"]}),
    *fire("anticonv_rash", {"allergies": ["anticonvulsant"]}, {"allergies": ["latex", "anticonvulsant"]}),
    *miss("anticonv_rash", {"allergies": ["toxin", "albumin", "milk", "contrast", "latex", "other"]}, {}),
    *fire("low_mood", *one("impact_mood", "3 4"), {"phq_interest": "0", "phq_down": "3"}),
    *fire("low_mood", {"phq_interest": "2", "phq_down": "1"}),
    *miss("low_mood", *one("impact_mood", "0 1 2"), {"phq_interest": "1", "phq_down": "1"}, {"phq_down": "3"}),
]

SPREAD_ROWS = [
    *fire("toxin_spread", *({"toxin_last": before(111), **answers} for answers in each("toxin_se", SPREAD))),
    *fire("toxin_spread", {"toxin_se": ["breath"]}, shots(side_effects=["speech"])),
    *fire("toxin_spread", *(shots(date=before(111), side_effects=[code]) for code in SPREAD.split())),
    *fire("toxin_spread", {"toxin_se": ["swallow"], "toxin_last": "2026"}),
    *fire("toxin_spread", {"toxin_se": ["swallow"], "toxin_last": "2025-11"}),
    *fire("toxin_spread", {**shots(date=before(30)), "toxin_se": ["swallow"], "toxin_last": "2020"}),
    *fire("toxin_spread", {**shots(date="2020"), "toxin_se": ["swallow"], "toxin_last": before(30)}),
    Row("toxin_spread", {"toxin_se": ["swallow"], "toxin_last": before(100)}, fires=True, as_of=VISIT),
    *miss("toxin_spread", {"toxin_se": ["swallow"], "toxin_last": before(112)}, {"toxin_last": before(10)}),
    *miss("toxin_spread", shots(date=before(112), side_effects=["speech"])),
    *miss("toxin_spread", {"toxin_se": [*TOXIN_OTHER_EFFECTS, "allergy", "no_close"], "toxin_last": before(10)}),
    *miss("toxin_spread", {"toxin_se": ["swallow"], "toxin_last": "2025-10"}, {"neuro": ["swallow", "speech"]}),
    *miss("toxin_spread", {**shots(date=before(112), side_effects=["speech"]), "toxin_last": before(10)}),
    *fire("toxin_spread_past", *({"toxin_last": "2019", **answers} for answers in each("toxin_se", SPREAD))),
    *fire("toxin_spread_past", *(shots(date="2019", side_effects=[code]) for code in SPREAD.split())),
    *miss("toxin_spread_past", {"toxin_se": ["swallow"], "toxin_last": before(111)}, {"toxin_se": ["breath"]}),
    *miss("toxin_spread_past", {"toxin_se": TOXIN_OTHER_EFFECTS, "toxin_last": "2019"}, {"toxin_last": "2019"}),
    *miss("toxin_spread_past", shots(date="2019", side_effects=TOXIN_OTHER_EFFECTS)),
]


def last(date_said: str, **more: Any) -> dict[str, Any]:
    return {"toxin_ever": "yes", "toxin_last": date_said, **more}


DATED = [
    *fire("toxin_lt12w", last(before(83)), last("2025-12"), last("2026"), shots(date=before(83))),
    *fire(
        "toxin_lt12w", {**shots(date="2019"), "toxin_last": before(10)}, {**shots(date=before(9)), "toxin_last": "2019"}
    ),
    Row("toxin_lt12w", last(before(83, VISIT)), fires=True, as_of=VISIT),
    Row("toxin_lt12w", last(before(84, VISIT)), fires=False, as_of=VISIT),
    Row("toxin_lt12w", last("2026"), fires=True, as_of=date(2026, 6, 30)),
    *miss(
        "toxin_lt12w", last(before(84)), last("2025-11"), last("2025-06"), {"toxin_ever": "yes"}, shots(date=before(84))
    ),
    *miss("toxin_lt12w", {"toxin_last": before(10)}, {"toxin_ever": "unsure", "toxin_last": before(10)}),
    *fire(
        "young_onset", {"dob": "1970-03-02", "onset_date": "2010-03-01"}, {"dob": "1970-03-02", "onset_date": "2010"}
    ),
    *fire("young_onset", {"dob": "1970-03-02", "onset_date": "1970"}),
    *miss("young_onset", {"dob": "1970-03-02", "onset_date": "2010-03-02"}, {"dob": "1970-03-02"}),
    *miss("young_onset", {"dob": "1969-12-31", "onset_date": "2010"}, {"onset_date": "2024"}),
    *fire("minor", {"dob": "2008-03-03"}, {"dob": "2015-01-01"}),
    Row("minor", {"dob": "2008-03-21"}, fires=True, as_of=VISIT),
    *miss("minor", {"dob": "2008-03-02"}, {"dob": "1970-01-01"}, {}),
    Row("minor", {"dob": "2008-03-20"}, fires=False, as_of=VISIT),
    *fire(
        "mvd_lt12m", {"mvd_rows": [{"_id": "a", "date": "2025-03-03"}]}, {"mvd_rows": [{"_id": "a", "date": "2025"}]}
    ),
    *fire("mvd_lt12m", {"mvd_rows": [{"_id": "a", "date": "2012"}, {"_id": "b", "date": "2025-09"}]}),
    *fire("mvd_lt12m", {"mvd_rows": [{"_id": "a", "date": "2025-09"}, {"_id": "b", "date": "2012"}]}),
    Row("mvd_lt12m", {"mvd_rows": [{"_id": "a", "date": "2025-03-20"}]}, fires=False, as_of=VISIT),
    Row("mvd_lt12m", {"mvd_rows": [{"_id": "a", "date": "2025-03-21"}]}, fires=True, as_of=VISIT),
    *miss("mvd_lt12m", {"mvd_rows": [{"_id": "a", "date": "2025-03-02"}]}, {"mvd_ever": "yes"}),
    *miss("mvd_lt12m", {"mvd_rows": [{"_id": "a", "date": "2025-02"}]}, {"mvd_rows": [{"_id": "a", "date": "2024"}]}),
]

ROWS = [*SIMPLE, *SPREAD_ROWS, *DATED]
