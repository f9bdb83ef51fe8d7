"""Botulinum toxin: the last shot told once, the story so far, and earlier shots for those who kept a record."""

from ..conditions import (
    all_of,
    answered,
    differs,
    equals,
    item_equals,
    item_over,
    item_same_as,
    item_surely_after,
    item_surely_before,
    item_twice,
    lacks,
    over,
    surely_after,
    surely_before,
)
from ..kinds import (
    N_,
    Check,
    Choice,
    Choices,
    Code,
    Integer,
    LongText,
    Option,
    Page,
    Part,
    PartialDate,
    Repeat,
    Text,
    Warn,
)
from .options import BENEFIT, TOXIN_BRANDS, TOXIN_SIDE_EFFECTS, TOXIN_SITES, YES_NO_UNSURE

TOXIN = Part(
    id="toxin",
    number=5,
    title=N_("Botulinum toxin shots"),
    pages=(
        Page(
            id="toxin_filter",
            title=N_("Have you had shots?"),
            questions=(
                Choice(
                    id="toxin_ever",
                    text=N_("Have you ever had botulinum toxin shots for this?"),
                    text_helper=N_("Has the patient ever had botulinum toxin shots for this?"),
                    help=N_("Botox is the best known brand."),
                    brief=N_("Toxin ever"),
                    column="toxin_ever",
                    required=N_("Choose yes, no, or “I’m not sure” for shots for this twitching."),
                    options=YES_NO_UNSURE,
                ),
                Choice(
                    id="toxin_other_use",
                    text=N_("In the last 4 months, have you had these shots for any other reason?"),
                    text_helper=N_("In the last 4 months, has the patient had these shots for any other reason?"),
                    help=N_("For example: wrinkles, migraine, bladder, or sweating."),
                    brief=N_("Toxin, other reason (4 mo)"),
                    column="toxin_other_use",
                    options=YES_NO_UNSURE,
                ),
            ),
        ),
        Page(
            id="toxin_last_shot",
            title=N_("Your last shot"),
            intro=N_(
                "One visit with several needle sticks counts as one shot. If you have a card with doses, keep it close. If not, guess."
            ),
            questions=(
                PartialDate(
                    id="toxin_last",
                    text=N_("When was the last shot?"),
                    help=N_("Give the day if you can. Most doctors wait about 12 weeks between shots."),
                    brief=N_("Last toxin"),
                    column="toxin_last",
                    show_if=all_of(equals("toxin_ever", "yes")),
                    checks=(
                        Check(
                            id="toxin_last_future",
                            when=surely_after("toxin_last", "today"),
                            error=N_("Enter a date that is today or earlier."),
                        ),
                        Check(
                            id="toxin_last_before_birth",
                            when=surely_before("toxin_last", "dob"),
                            error=N_("Enter a date that is not before the date of birth."),
                        ),
                    ),
                    identifier=True,
                    deidentify="year",
                ),
                Choice(
                    id="toxin_last_product",
                    text=N_("Which brand was the last shot?"),
                    brief=N_("Last toxin brand"),
                    column="toxin_last_product",
                    options=TOXIN_BRANDS,
                    show_if=all_of(equals("toxin_ever", "yes")),
                ),
                Integer(
                    id="toxin_units",
                    text=N_("How many units in total was the last shot, if you know?"),
                    help=N_("Units differ from brand to brand. Leave this blank if you do not know."),
                    brief=N_("Last total units"),
                    column="toxin_units",
                    min=1,
                    max=10000,
                    show_if=all_of(equals("toxin_ever", "yes")),
                    warnings=(
                        Warn(
                            id="toxin_units_botox",
                            when=all_of(equals("toxin_last_product", "botox"), over("toxin_units", 100)),
                            text=N_(
                                "That is a high number of units for Botox in the face. Check the number. If it is right, go on."
                            ),
                        ),
                        Warn(
                            id="toxin_units_xeomin",
                            when=all_of(equals("toxin_last_product", "xeomin"), over("toxin_units", 100)),
                            text=N_(
                                "That is a high number of units for Xeomin in the face. Check the number. If it is right, go on."
                            ),
                        ),
                        Warn(
                            id="toxin_units_dysport",
                            when=all_of(equals("toxin_last_product", "dysport"), over("toxin_units", 400)),
                            text=N_(
                                "That is a high number of units for Dysport in the face. Check the number. If it is right, go on."
                            ),
                        ),
                        Warn(
                            id="toxin_units_daxxify",
                            when=all_of(equals("toxin_last_product", "daxxify"), over("toxin_units", 250)),
                            text=N_(
                                "That is a high number of units for Daxxify in the face. Check the number. If it is right, go on."
                            ),
                        ),
                        Warn(
                            id="toxin_units_myobloc",
                            when=all_of(equals("toxin_last_product", "myobloc"), over("toxin_units", 5000)),
                            text=N_(
                                "That is a high number of units for Myobloc in the face. Check the number. If it is right, go on."
                            ),
                        ),
                    ),
                ),
                Choices(
                    id="toxin_sites",
                    text=N_("Where did the last shot go?"),
                    brief=N_("Last toxin sites"),
                    column="toxin_sites",
                    options=TOXIN_SITES,
                    show_if=all_of(equals("toxin_ever", "yes")),
                ),
                Choice(
                    id="toxin_benefit",
                    text=N_("At its best, how much did the last shot help?"),
                    brief=N_("Last benefit"),
                    column="toxin_benefit",
                    options=BENEFIT,
                    show_if=all_of(equals("toxin_ever", "yes")),
                ),
                Text(
                    id="toxin_clinic",
                    text=N_("Who gave the last shot?"),
                    help=N_("The name or clinic, and the city."),
                    brief=N_("Injector"),
                    column="toxin_clinic",
                    max_length=160,
                    show_if=all_of(equals("toxin_ever", "yes")),
                    free_text=True,
                    deidentify="drop",
                ),
            ),
        ),
        Page(
            id="toxin_so_far",
            title=N_("Your shots so far"),
            intro=N_("Leave a box blank if you do not know."),
            questions=(
                Choice(
                    id="toxin_count",
                    text=N_("About how many times have you had shots?"),
                    text_helper=N_("About how many times has the patient had shots?"),
                    brief=N_("Sessions"),
                    column="toxin_count",
                    options=(
                        Option(code="1", label=N_("Once")),
                        Option(code="2_4", label=N_("2 to 4")),
                        Option(code="5_10", label=N_("5 to 10")),
                        Option(code="11_20", label=N_("11 to 20")),
                        Option(code="gt20", label=N_("More than 20")),
                        Option(code="unsure", label=N_("I’m not sure"), brief=N_("not sure"), means="not_sure"),
                    ),
                    show_if=all_of(equals("toxin_ever", "yes")),
                ),
                Integer(
                    id="toxin_onset_days",
                    text=N_("How many days until a shot begins to work?"),
                    brief=N_("Days to effect"),
                    column="toxin_onset_days",
                    min=0,
                    max=60,
                    show_if=all_of(
                        equals("toxin_ever", "yes"),
                        differs("toxin_benefit", "none"),
                        differs("toxin_benefit", "worse"),
                    ),
                ),
                Integer(
                    id="toxin_duration_weeks",
                    text=N_("How many weeks does the good effect last?"),
                    brief=N_("Weeks of benefit"),
                    column="toxin_duration_weeks",
                    min=0,
                    max=60,
                    show_if=all_of(
                        equals("toxin_ever", "yes"),
                        differs("toxin_benefit", "none"),
                        differs("toxin_benefit", "worse"),
                    ),
                ),
                Choices(
                    id="toxin_se",
                    text=N_("Did you have any of these after a shot?"),
                    text_helper=N_("Did the patient have any of these after a shot?"),
                    help=N_("If you have trouble breathing, swallowing, or speaking now, call 911."),
                    brief=N_("Toxin side effects"),
                    column="toxin_se",
                    options=TOXIN_SIDE_EFFECTS,
                    exclusive="none",
                    show_if=all_of(equals("toxin_ever", "yes")),
                ),
                Choices(
                    id="toxin_stop",
                    text=N_("If you stopped the shots, why?"),
                    text_helper=N_("If the patient stopped the shots, why?"),
                    brief=N_("Why toxin stopped"),
                    column="toxin_stop",
                    tier="extra",
                    options=(
                        Option(code="no_help", label=N_("They did not help")),
                        Option(code="side_effects", label=N_("Side effects")),
                        Option(code="cost", label=N_("Cost or insurance")),
                        Option(
                            code="moved",
                            label=N_("Moved or lost my doctor"),
                            label_helper=N_("Moved or lost the doctor"),
                        ),
                        Option(
                            code="needles",
                            label=N_("I do not like needles"),
                            label_helper=N_("Does not like needles"),
                        ),
                        Option(code="better", label=N_("I got better"), label_helper=N_("Got better")),
                        Option(
                            code="not_stopped",
                            label=N_("I have not stopped"),
                            label_helper=N_("The patient has not stopped"),
                            means="no",
                        ),
                    ),
                    exclusive="not_stopped",
                    show_if=all_of(equals("toxin_ever", "yes")),
                ),
            ),
        ),
        Page(
            id="toxin_more",
            title=N_("More about your shots"),
            questions=(
                LongText(
                    id="toxin_se_note",
                    text=N_("Tell us about the worst side effect"),
                    help=N_("Say what it was and how long it lasted."),
                    brief=N_("Side effect note"),
                    column="toxin_se_note",
                    max_length=4000,
                    show_if=all_of(equals("toxin_ever", "yes"), answered("toxin_se"), lacks("toxin_se", "none")),
                    free_text=True,
                    deidentify="drop",
                ),
                PartialDate(
                    id="toxin_first",
                    text=N_("When was the very first shot?"),
                    help=N_("Just the year is fine."),
                    brief=N_("First toxin"),
                    column="toxin_first",
                    show_if=all_of(equals("toxin_ever", "yes"), differs("toxin_count", "1")),
                    checks=(
                        Check(
                            id="toxin_first_future",
                            when=surely_after("toxin_first", "today"),
                            error=N_("Enter a date that is today or earlier."),
                        ),
                        Check(
                            id="toxin_first_before_birth",
                            when=surely_before("toxin_first", "dob"),
                            error=N_("Enter a date that is not before the date of birth."),
                        ),
                        Check(
                            id="toxin_first_after_last",
                            when=surely_after("toxin_first", "toxin_last"),
                            error=N_("Enter a first shot that is not later than the last shot."),
                        ),
                    ),
                    warnings=(
                        Warn(
                            id="toxin_first_early",
                            when=surely_before("toxin_first", "1977"),
                            text=N_("These shots were not yet in use then. Check the year. If it is right, go on."),
                        ),
                        Warn(
                            id="toxin_before_onset",
                            when=surely_before("toxin_first", "onset_date"),
                            text=N_(
                                "This is earlier than the date the twitching began. Check both dates. If they are right, go on."
                            ),
                        ),
                    ),
                    identifier=True,
                    deidentify="year",
                ),
                Choices(
                    id="toxin_products",
                    text=N_("Which other brands have you had?"),
                    text_helper=N_("Which other brands has the patient had?"),
                    help=N_("You told us the brand of the last shot. Which ones came before?"),
                    brief=N_("Other toxin brands"),
                    column="toxin_products",
                    options=(
                        Option(
                            code="botox",
                            label=N_("Botox (onabotulinumtoxinA)"),
                            codes=(Code(system="HCPCS", code="J0585"),),
                        ),
                        Option(
                            code="dysport",
                            label=N_("Dysport (abobotulinumtoxinA)"),
                            codes=(Code(system="HCPCS", code="J0586"),),
                        ),
                        Option(
                            code="xeomin",
                            label=N_("Xeomin (incobotulinumtoxinA)"),
                            codes=(Code(system="HCPCS", code="J0588"),),
                        ),
                        Option(code="daxxify", label=N_("Daxxify (daxibotulinumtoxinA)")),
                        Option(
                            code="myobloc",
                            label=N_("Myobloc (rimabotulinumtoxinB)"),
                            codes=(Code(system="HCPCS", code="J0587"),),
                        ),
                        Option(code="other", label=N_("A different one")),
                        Option(
                            code="unsure",
                            label=N_("I don’t know the name"),
                            brief=N_("not sure"),
                            means="not_sure",
                        ),
                        Option(code="none", label=N_("No other brand"), means="no"),
                    ),
                    exclusive="none",
                    show_if=all_of(equals("toxin_ever", "yes"), differs("toxin_count", "1")),
                ),
                Choice(
                    id="toxin_trend",
                    text=N_("Over time, how have the shots worked?"),
                    brief=N_("Benefit over time"),
                    column="toxin_trend",
                    options=(
                        Option(code="same", label=N_("About the same")),
                        Option(code="better", label=N_("Better")),
                        Option(code="less", label=N_("Not as well as they used to"), brief=N_("wearing off")),
                        Option(code="stopped", label=N_("They stopped working"), brief=N_("stopped working")),
                        Option(
                            code="na",
                            label=N_("I have only had one"),
                            label_helper=N_("There has been only one"),
                            brief=N_("only one session"),
                        ),
                    ),
                    show_if=all_of(equals("toxin_ever", "yes"), differs("toxin_count", "1")),
                ),
                Integer(
                    id="toxin_interval",
                    text=N_("About how many weeks apart are the shots?"),
                    brief=N_("Interval (weeks)"),
                    column="toxin_interval",
                    min=1,
                    max=104,
                    show_if=all_of(equals("toxin_ever", "yes"), differs("toxin_count", "1")),
                ),
                Choice(
                    id="toxin_records",
                    text=N_("Do you have a record of earlier shots (dates, brands, doses) that you want to add?"),
                    text_helper=N_("Is there a record of earlier shots (dates, brands, doses) that you want to add?"),
                    brief=N_("Record of earlier shots"),
                    column="toxin_records",
                    options=(
                        Option(code="yes", label=N_("Yes")),
                        Option(code="bring", label=N_("No, I will bring it")),
                        Option(code="no", label=N_("No"), means="no"),
                    ),
                    show_if=all_of(equals("toxin_ever", "yes"), differs("toxin_count", "1")),
                ),
            ),
        ),
        Page(
            id="toxin_rounds",
            title=N_("Your earlier shots"),
            intro=N_("This part is optional. A list helps your specialist plan. You can also bring your records."),
            questions=(
                Repeat(
                    id="toxin_rounds",
                    text=N_("List your earlier shots, not counting the last one"),
                    text_helper=N_("List the earlier shots, not counting the last one"),
                    help=N_("Start with the newest. Add as many or as few as you like."),
                    brief=N_("Earlier toxin sessions"),
                    column="toxin_rounds",
                    max_entries=40,
                    entry_name=N_("earlier shot"),
                    newest_first=True,
                    items=(
                        PartialDate(
                            id="date",
                            text=N_("When was it?"),
                            help=N_("Just the year is fine."),
                            brief=N_("Date"),
                            column="round_date",
                            required=N_("Enter at least the year of this shot."),
                            checks=(
                                Check(
                                    id="round_date_future",
                                    when=item_surely_after("date", "today"),
                                    error=N_("Enter a date that is today or earlier."),
                                ),
                                Check(
                                    id="round_date_before_birth",
                                    when=item_surely_before("date", "dob"),
                                    error=N_("Enter a date that is not before the date of birth."),
                                ),
                            ),
                            warnings=(
                                Warn(
                                    id="round_after_last",
                                    when=item_surely_after("date", "toxin_last"),
                                    text=N_(
                                        "This is later than the last shot you gave before. Check both dates. If they are right, go on."
                                    ),
                                ),
                                Warn(
                                    id="round_is_last",
                                    when=item_same_as("date", "toxin_last"),
                                    text=N_(
                                        "This is the date of the last shot, which you told us about before. If it is another shot, go on."
                                    ),
                                ),
                                Warn(
                                    id="round_before_first",
                                    when=item_surely_before("date", "toxin_first"),
                                    text=N_(
                                        "This is earlier than the first shot you gave before. Check both dates. If they are right, go on."
                                    ),
                                ),
                                Warn(
                                    id="round_twice",
                                    when=item_twice("date"),
                                    text=N_("You listed this date already. Check it. If it is right, go on."),
                                ),
                            ),
                            identifier=True,
                            deidentify="year",
                        ),
                        Choice(
                            id="product",
                            text=N_("Which brand?"),
                            brief=N_("Brand"),
                            column="round_product",
                            options=TOXIN_BRANDS,
                        ),
                        Integer(
                            id="units",
                            text=N_("How many units in total?"),
                            help=N_("Leave this blank if you do not know."),
                            brief=N_("Units"),
                            column="round_units",
                            min=1,
                            max=10000,
                            warnings=(
                                Warn(
                                    id="round_units_botox",
                                    when=all_of(item_equals("product", "botox"), item_over("units", 100)),
                                    text=N_(
                                        "That is a high number of units for Botox in the face. Check the number. If it is right, go on."
                                    ),
                                ),
                                Warn(
                                    id="round_units_xeomin",
                                    when=all_of(item_equals("product", "xeomin"), item_over("units", 100)),
                                    text=N_(
                                        "That is a high number of units for Xeomin in the face. Check the number. If it is right, go on."
                                    ),
                                ),
                                Warn(
                                    id="round_units_dysport",
                                    when=all_of(item_equals("product", "dysport"), item_over("units", 400)),
                                    text=N_(
                                        "That is a high number of units for Dysport in the face. Check the number. If it is right, go on."
                                    ),
                                ),
                                Warn(
                                    id="round_units_daxxify",
                                    when=all_of(item_equals("product", "daxxify"), item_over("units", 250)),
                                    text=N_(
                                        "That is a high number of units for Daxxify in the face. Check the number. If it is right, go on."
                                    ),
                                ),
                                Warn(
                                    id="round_units_myobloc",
                                    when=all_of(item_equals("product", "myobloc"), item_over("units", 5000)),
                                    text=N_(
                                        "That is a high number of units for Myobloc in the face. Check the number. If it is right, go on."
                                    ),
                                ),
                            ),
                        ),
                        Choices(
                            id="sites",
                            text=N_("Where did it go?"),
                            brief=N_("Sites"),
                            column="round_sites",
                            options=TOXIN_SITES,
                        ),
                        Choice(
                            id="benefit",
                            text=N_("How much did it help?"),
                            brief=N_("Benefit"),
                            column="round_benefit",
                            options=BENEFIT,
                        ),
                        Integer(
                            id="onset_days",
                            text=N_("How many days until it began to work?"),
                            brief=N_("Days to effect"),
                            column="round_onset_days",
                            min=0,
                            max=60,
                        ),
                        Integer(
                            id="duration_weeks",
                            text=N_("How many weeks did it last?"),
                            brief=N_("Weeks of benefit"),
                            column="round_duration_weeks",
                            min=0,
                            max=60,
                        ),
                        Choices(
                            id="side_effects",
                            text=N_("Any side effects?"),
                            brief=N_("Side effects"),
                            column="round_side_effects",
                            options=TOXIN_SIDE_EFFECTS,
                            exclusive="none",
                        ),
                        Text(
                            id="clinic",
                            text=N_("Which doctor or clinic?"),
                            brief=N_("Injector"),
                            column="round_clinic",
                            max_length=160,
                            free_text=True,
                            deidentify="drop",
                        ),
                    ),
                    show_if=all_of(equals("toxin_records", "yes")),
                ),
            ),
        ),
    ),
)
