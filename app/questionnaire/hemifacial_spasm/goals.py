"""What the patient wants from the visit."""

from ..kinds import N_, Choice, Choices, LongText, Option, Page, Part, Text

GOALS = Part(
    id="goals",
    number=4,
    title=N_("Your goals"),
    pages=(
        Page(
            id="goals",
            title=N_("What you want from the visit"),
            questions=(
                Choices(
                    id="goals",
                    text=N_("What do you want most from this visit?"),
                    text_helper=N_("What does the patient want most from this visit?"),
                    help=N_("Pick up to 3."),
                    brief=N_("Goals"),
                    column="goals",
                    options=(
                        Option(code="diagnosis", label=N_("Find out what this is")),
                        Option(code="second", label=N_("A second opinion")),
                        Option(code="start_toxin", label=N_("Start botulinum toxin shots")),
                        Option(code="continue_toxin", label=N_("Keep getting shots here")),
                        Option(code="better_toxin", label=N_("Get better results from shots")),
                        Option(code="surgery", label=N_("Learn about surgery")),
                        Option(
                            code="mri",
                            label=N_("Go over my scan"),
                            label_helper=N_("Go over the patient’s scan"),
                        ),
                        Option(code="safe", label=N_("Make sure it is not something serious")),
                        Option(code="other", label=N_("Something else")),
                    ),
                    max_selected=3,
                ),
                LongText(
                    id="goals_note",
                    text=N_("In your own words, what would a good result look like?"),
                    text_helper=N_("In the patient’s words, what would a good result look like?"),
                    brief=N_("Good result"),
                    column="goals_note",
                    max_length=4000,
                    free_text=True,
                    deidentify="drop",
                ),
                Choice(
                    id="video",
                    text=N_("Can you bring a short video of a spasm on your phone?"),
                    help=N_("Spasms can hide during a visit. A 30-second video helps. Do not email it."),
                    brief=N_("Will bring video"),
                    column="video",
                    options=(
                        Option(code="yes", label=N_("Yes")),
                        Option(code="will_try", label=N_("I will try"), brief=N_("will try")),
                        Option(code="no", label=N_("No"), means="no"),
                    ),
                ),
                Text(
                    id="referred_by",
                    text=N_("Which doctor or clinic sent you here?"),
                    text_helper=N_("Which doctor or clinic sent the patient here?"),
                    brief=N_("Referred by"),
                    column="referred_by",
                    tier="extra",
                    max_length=160,
                    free_text=True,
                    deidentify="drop",
                ),
            ),
        ),
    ),
)
