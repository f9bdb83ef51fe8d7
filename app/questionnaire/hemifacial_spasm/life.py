"""How the spasms affect daily life, mood and driving."""

from ..conditions import any_of, equals
from ..kinds import N_, Choice, Code, Option, Page, Part, Text
from .options import HOW_OFTEN, PHQ_DAYS, YES_NO_UNSURE

LIFE = Part(
    id="life",
    number=8,
    title=N_("Daily life"),
    pages=(
        Page(
            id="impact",
            title=N_("How spasms affect your days"),
            intro=N_("There are no wrong answers. This tells us what matters to you."),
            questions=(
                Choice(
                    id="impact_work",
                    text=N_("In the last 4 weeks, how often did spasms get in the way of work or chores?"),
                    text_helper=N_("In the last 4 weeks, how often did spasms get in the way of work or chores?"),
                    brief=N_("Impact: Work, chores"),
                    column="impact_work",
                    options=HOW_OFTEN,
                ),
                Choice(
                    id="impact_drive",
                    text=N_(
                        "In the last 4 weeks, how often did spasms get in the way of driving or crossing a street?"
                    ),
                    text_helper=N_(
                        "In the last 4 weeks, how often did spasms get in the way of driving or crossing a street?"
                    ),
                    brief=N_("Impact: Driving, streets"),
                    column="impact_drive",
                    options=HOW_OFTEN,
                ),
                Choice(
                    id="impact_avoid",
                    text=N_("In the last 4 weeks, how often did spasms make you stay away from people?"),
                    text_helper=N_("In the last 4 weeks, how often did spasms make the patient stay away from people?"),
                    brief=N_("Impact: Avoids people"),
                    column="impact_avoid",
                    options=HOW_OFTEN,
                ),
                Choice(
                    id="impact_mood",
                    text=N_("In the last 4 weeks, how often did spasms make you feel sad, worried, or ashamed?"),
                    text_helper=N_(
                        "In the last 4 weeks, how often did spasms make the patient feel sad, worried, or ashamed?"
                    ),
                    brief=N_("Impact: Mood"),
                    column="impact_mood",
                    options=HOW_OFTEN,
                ),
            ),
        ),
        Page(
            id="impact_more",
            title=N_("Reading, talking, and sleep"),
            questions=(
                Choice(
                    id="impact_see",
                    text=N_("In the last 4 weeks, how often did spasms get in the way of reading or using a screen?"),
                    text_helper=N_(
                        "In the last 4 weeks, how often did spasms get in the way of reading or using a screen?"
                    ),
                    brief=N_("Impact: Reading, screens"),
                    column="impact_see",
                    tier="extra",
                    options=HOW_OFTEN,
                ),
                Choice(
                    id="impact_talk",
                    text=N_("In the last 4 weeks, how often did spasms make it hard to talk or eat with other people?"),
                    text_helper=N_(
                        "In the last 4 weeks, how often did spasms make it hard to talk or eat with other people?"
                    ),
                    brief=N_("Impact: Talking, eating"),
                    column="impact_talk",
                    tier="extra",
                    options=HOW_OFTEN,
                ),
                Choice(
                    id="impact_sleep",
                    text=N_("In the last 4 weeks, how often did spasms bother your sleep?"),
                    text_helper=N_("In the last 4 weeks, how often did spasms bother the patient’s sleep?"),
                    brief=N_("Impact: Sleep"),
                    column="impact_sleep",
                    tier="extra",
                    options=HOW_OFTEN,
                ),
            ),
        ),
        Page(
            id="mood",
            title=N_("Your mood"),
            intro=N_("Over the last 2 weeks, how often have you been bothered by any of the following problems?"),
            questions=(
                Choice(
                    id="phq_interest",
                    text=N_("Little interest or pleasure in doing things"),
                    brief=N_("PHQ-2: interest"),
                    column="phq_interest",
                    setting="phq2",
                    options=PHQ_DAYS,
                    codes=(Code(system="LOINC", code="44250-9"),),
                ),
                Choice(
                    id="phq_down",
                    text=N_("Feeling down, depressed, or hopeless"),
                    brief=N_("PHQ-2: low mood"),
                    column="phq_down",
                    setting="phq2",
                    options=PHQ_DAYS,
                    codes=(Code(system="LOINC", code="44255-8"),),
                ),
            ),
        ),
        Page(
            id="driving",
            title=N_("Driving and work"),
            questions=(
                Choice(
                    id="driving",
                    text=N_("Do you drive?"),
                    text_helper=N_("Does the patient drive?"),
                    brief=N_("Drives"),
                    column="driving",
                    options=(
                        Option(code="daily", label=N_("Yes, most days")),
                        Option(code="some", label=N_("Yes, now and then")),
                        Option(
                            code="stopped",
                            label=N_("I stopped because of the spasms"),
                            label_helper=N_("Stopped because of the spasms"),
                        ),
                        Option(
                            code="no",
                            label=N_("I do not drive"),
                            label_helper=N_("The patient does not drive"),
                            means="no",
                        ),
                    ),
                ),
                Text(
                    id="job",
                    text=N_("What kind of work do you do?"),
                    text_helper=N_("What kind of work does the patient do?"),
                    help=N_("Tell us if you drive, climb, or use machines at work."),
                    brief=N_("Work"),
                    column="job",
                    tier="extra",
                    max_length=160,
                    free_text=True,
                    deidentify="drop",
                ),
            ),
        ),
        Page(
            id="driving_eye",
            title=N_("Your eye when you drive"),
            questions=(
                Choice(
                    id="drive_eye",
                    text=N_("Has a spasm closed your eye while you were driving?"),
                    text_helper=N_("Has a spasm closed the patient’s eye while driving?"),
                    help=N_("If yes, do not drive until you have talked with a doctor."),
                    brief=N_("Eye closed at wheel"),
                    column="drive_eye",
                    options=YES_NO_UNSURE,
                    show_if=any_of(equals("driving", "daily"), equals("driving", "some")),
                ),
            ),
        ),
    ),
)
