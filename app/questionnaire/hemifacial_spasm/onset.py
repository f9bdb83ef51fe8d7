"""Where, when and how the spasm began."""

from ..conditions import all_of, equals, surely_after, surely_before
from ..kinds import N_, Check, Choice, Choices, Code, Option, Page, Part, PartialDate, Warn
from .options import YES_NO_UNSURE

ONSET = Part(
    id="onset",
    number=2,
    title=N_("How it began"),
    pages=(
        Page(
            id="side",
            title=N_("Which side"),
            questions=(
                Choice(
                    id="side",
                    text=N_("Which side of your face twitches?"),
                    text_helper=N_("Which side of the patient’s face twitches?"),
                    help=N_("Left means YOUR left, not the left side of a mirror or a photo."),
                    help_helper=N_("Left means the patient’s own left, not the left side of a photo."),
                    brief=N_("Side"),
                    column="side",
                    required=N_("Choose the side that twitches, or choose “I’m not sure”."),
                    options=(
                        Option(
                            code="left",
                            label=N_("Left side"),
                            codes=(
                                Code(
                                    system="ICD-10-CM",
                                    code="G51.32",
                                    display="Clonic hemifacial spasm, left",
                                    use="suggested, unconfirmed",
                                ),
                            ),
                        ),
                        Option(
                            code="right",
                            label=N_("Right side"),
                            codes=(
                                Code(
                                    system="ICD-10-CM",
                                    code="G51.31",
                                    display="Clonic hemifacial spasm, right",
                                    use="suggested, unconfirmed",
                                ),
                            ),
                        ),
                        Option(
                            code="both",
                            label=N_("Both sides"),
                            codes=(
                                Code(
                                    system="ICD-10-CM",
                                    code="G51.33",
                                    display="Clonic hemifacial spasm, bilateral",
                                    use="suggested, unconfirmed",
                                ),
                            ),
                        ),
                        Option(
                            code="unsure",
                            label=N_("I’m not sure"),
                            brief=N_("not sure"),
                            means="not_sure",
                            codes=(
                                Code(
                                    system="ICD-10-CM",
                                    code="G51.39",
                                    display="Clonic hemifacial spasm, unspecified",
                                    use="suggested, unconfirmed",
                                ),
                            ),
                        ),
                    ),
                ),
            ),
        ),
        Page(
            id="both_sides",
            title=N_("Both sides"),
            questions=(
                Choice(
                    id="both_pattern",
                    text=N_("How did both sides start to twitch?"),
                    brief=N_("Bilateral onset"),
                    column="both_pattern",
                    options=(
                        Option(
                            code="one_then_other",
                            label=N_("One side first, the other side later"),
                            brief=N_("one side, then the other"),
                        ),
                        Option(
                            code="same_time",
                            label=N_("Both sides began at about the same time"),
                            brief=N_("together from the start"),
                        ),
                        Option(code="unsure", label=N_("I’m not sure"), brief=N_("not sure"), means="not_sure"),
                    ),
                    show_if=all_of(equals("side", "both")),
                ),
                Choice(
                    id="both_sync",
                    text=N_("Do both sides twitch at the same moment?"),
                    brief=N_("Bilateral timing"),
                    column="both_sync",
                    options=(
                        Option(code="together", label=N_("Yes, together")),
                        Option(code="separate", label=N_("No, at different times")),
                        Option(code="unsure", label=N_("I’m not sure"), brief=N_("not sure"), means="not_sure"),
                    ),
                    show_if=all_of(equals("side", "both")),
                ),
            ),
        ),
        Page(
            id="onset",
            title=N_("Where and when it began"),
            intro=N_("Your best guess is fine."),
            questions=(
                Choice(
                    id="first_site",
                    text=N_("Where did it start?"),
                    brief=N_("Onset site"),
                    column="first_site",
                    required=N_("Choose where it started, or choose “I don’t remember”."),
                    options=(
                        Option(code="lower_eyelid", label=N_("Lower eyelid")),
                        Option(code="upper_eyelid", label=N_("Upper eyelid")),
                        Option(code="eyelid_unsure", label=N_("Eyelid, not sure which")),
                        Option(code="cheek", label=N_("Cheek")),
                        Option(code="mouth", label=N_("Corner of the mouth or lips")),
                        Option(code="chin", label=N_("Chin")),
                        Option(code="forehead", label=N_("Forehead or eyebrow")),
                        Option(code="neck", label=N_("Front of the neck")),
                        Option(code="other", label=N_("Somewhere else")),
                        Option(
                            code="unsure",
                            label=N_("I don’t remember"),
                            brief=N_("not sure"),
                            means="not_sure",
                        ),
                    ),
                ),
                Choices(
                    id="spread",
                    text=N_("Where does it twitch now?"),
                    help=N_("Check every place that twitches now."),
                    brief=N_("Now involves"),
                    column="spread",
                    options=(
                        Option(code="lower_eyelid", label=N_("Lower eyelid")),
                        Option(code="upper_eyelid", label=N_("Upper eyelid")),
                        Option(code="eyelid_unsure", label=N_("Eyelid, not sure which")),
                        Option(code="cheek", label=N_("Cheek")),
                        Option(code="mouth", label=N_("Corner of the mouth or lips")),
                        Option(code="chin", label=N_("Chin")),
                        Option(code="forehead", label=N_("Forehead or eyebrow")),
                        Option(code="neck", label=N_("Front of the neck")),
                        Option(code="other", label=N_("Somewhere else")),
                    ),
                ),
                PartialDate(
                    id="onset_date",
                    text=N_("When did the twitching begin?"),
                    help=N_("Just the year is fine. Add the month if you know it."),
                    brief=N_("Onset"),
                    column="onset_date",
                    checks=(
                        Check(
                            id="onset_date_future",
                            when=surely_after("onset_date", "today"),
                            error=N_("Enter a date that is today or earlier."),
                        ),
                        Check(
                            id="onset_date_before_birth",
                            when=surely_before("onset_date", "dob"),
                            error=N_("Enter a date that is not before the date of birth."),
                        ),
                    ),
                    identifier=True,
                    deidentify="year",
                ),
                Choice(
                    id="onset_speed",
                    text=N_("How fast did it come on?"),
                    brief=N_("Onset speed"),
                    column="onset_speed",
                    options=(
                        Option(
                            code="sudden",
                            label=N_("All at once, in a day or less"),
                            brief=N_("sudden (a day or less)"),
                        ),
                        Option(code="days", label=N_("Over a few days")),
                        Option(code="weeks", label=N_("Over weeks")),
                        Option(code="gradual", label=N_("Slowly, over months or years"), brief=N_("gradual")),
                        Option(code="unsure", label=N_("I’m not sure"), brief=N_("not sure"), means="not_sure"),
                    ),
                ),
                Choice(
                    id="course",
                    text=N_("How has it changed since it began?"),
                    brief=N_("Course"),
                    column="course",
                    options=(
                        Option(code="worse", label=N_("It is getting worse")),
                        Option(code="same", label=N_("It is about the same")),
                        Option(code="better", label=N_("It is getting better")),
                        Option(code="comes_goes", label=N_("It comes and goes, with breaks of weeks or longer")),
                        Option(code="unsure", label=N_("Hard to say"), brief=N_("not sure"), means="not_sure"),
                    ),
                ),
            ),
        ),
        Page(
            id="history",
            title=N_("Your past and your family"),
            questions=(
                Choice(
                    id="palsy_before",
                    text=N_("Before the twitching, was that side of your face ever weak? Bell’s palsy is one example."),
                    text_helper=N_(
                        "Before the twitching, was that side of the face ever weak? Bell’s palsy is one example."
                    ),
                    brief=N_("Facial palsy before"),
                    column="palsy_before",
                    options=YES_NO_UNSURE,
                ),
                Choices(
                    id="prior_event",
                    text=N_("Did any of these happen to your head, face, or ear before it began?"),
                    text_helper=N_("Did any of these happen to the head, face, or ear before it began?"),
                    brief=N_("Earlier events"),
                    column="prior_event",
                    options=(
                        Option(code="injury", label=N_("Injury or broken bone")),
                        Option(code="face_surgery", label=N_("Face, jaw, or ear surgery")),
                        Option(code="dental", label=N_("Major dental work")),
                        Option(code="ear_infection", label=N_("Bad ear infection")),
                        Option(code="shingles", label=N_("Shingles or rash near the ear or mouth")),
                        Option(code="tumor", label=N_("Tumor or growth near the ear, face, or brain")),
                        Option(code="none", label=N_("None of these"), means="no"),
                    ),
                    exclusive="none",
                ),
                Choice(
                    id="family",
                    text=N_("Does a close family member have the same kind of twitching?"),
                    brief=N_("Family history"),
                    column="family",
                    tier="extra",
                    options=YES_NO_UNSURE,
                ),
            ),
        ),
        Page(
            id="palsy",
            title=N_("The weakness you had before"),
            questions=(
                PartialDate(
                    id="palsy_date",
                    text=N_("When was the weakness?"),
                    help=N_("Just the year is fine."),
                    brief=N_("Palsy date"),
                    column="palsy_date",
                    show_if=all_of(equals("palsy_before", "yes")),
                    checks=(
                        Check(
                            id="palsy_date_future",
                            when=surely_after("palsy_date", "today"),
                            error=N_("Enter a date that is today or earlier."),
                        ),
                        Check(
                            id="palsy_date_before_birth",
                            when=surely_before("palsy_date", "dob"),
                            error=N_("Enter a date that is not before the date of birth."),
                        ),
                    ),
                    warnings=(
                        Warn(
                            id="palsy_after_onset",
                            when=surely_after("palsy_date", "onset_date"),
                            text=N_(
                                "This is later than the date the twitching began. Check both dates. If they are right, go on."
                            ),
                        ),
                    ),
                    identifier=True,
                    deidentify="year",
                ),
                Choice(
                    id="palsy_recovery",
                    text=N_("How well did the face recover?"),
                    brief=N_("Palsy recovery"),
                    column="palsy_recovery",
                    options=(
                        Option(code="full", label=N_("All the way")),
                        Option(code="most", label=N_("Most of the way")),
                        Option(code="some", label=N_("Only some")),
                        Option(code="none", label=N_("Not at all")),
                        Option(code="unsure", label=N_("I’m not sure"), brief=N_("not sure"), means="not_sure"),
                    ),
                    show_if=all_of(equals("palsy_before", "yes")),
                ),
            ),
        ),
    ),
)
