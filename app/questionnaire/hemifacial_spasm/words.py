"""Sentences that are the same everywhere, the safety texts, and the words for the states of an answer."""

from ..kinds import N_, Code, Messages, Score, States, Texts

STATES = States(
    not_sure=N_("Not sure"),
    skipped=N_("Not answered"),
    not_reached=N_("Not reached"),
    not_asked=N_("Not asked"),
    no=N_("No, or none"),
)

MESSAGES = Messages(
    unknown_choice=N_("Choose from the answers in the list."),
    exclusive=N_("Choose “{none}” by itself, or choose only the other answers."),
    too_many=N_("Choose {max} or fewer."),
    too_long=N_("Make this answer {max} characters or fewer. It has {count} now."),
    whole_number=N_("Enter a whole number, like 35."),
    range=N_("Enter a number from {min} to {max}."),
    date=N_("Enter a real date with month, day, and year, like 3 28 1970."),
    partial_date=N_("Enter a year with 4 numbers, like 2019. Add the month and day if you know them."),
    email=N_("Enter an email address like name@example.com."),
    phone=N_("Enter a phone number with at least 10 digits."),
    too_many_entries=N_("You can list up to {max}. Remove one before you add another."),
    warning_button=N_("It is right, go on"),
    early_button=N_("Check and send what I have"),
    early_intro=N_("You have not come to every part yet. You can go on, or send what you have."),
    early_back=N_("Go on with the form"),
    skipped=N_("Not answered"),
    not_reached=N_("You have not come to this part"),
    remove_entry=N_("You told us about {entry}. Do you want to remove it?"),
    remove_yes=N_("Remove it"),
    remove_no=N_("Keep it"),
)

TEXTS = Texts(
    not_emergency=N_(
        "This form is not for emergencies. Nobody reads it right away. The clinic is open {clinic_hours}. Phone: {clinic_phone}."
    ),
    call_911=(
        N_("Call 911 if one side of the face suddenly droops or goes weak, or suddenly gets much worse."),
        N_("Call 911 if an arm or leg is suddenly weak or numb."),
        N_("Call 911 for sudden trouble speaking or understanding, or sudden loss of sight."),
        N_("Call 911 for the worst headache ever."),
        N_(
            "Call 911 for trouble breathing, swallowing, or speaking. After a shot, this can start hours to weeks later."
        ),
        N_("Call 911 for swelling of the face or throat."),
    ),
    call_clinic_same_day=(
        N_("Call {clinic_name} at {clinic_phone} the same day if you cannot close your eye."),
        N_("Call the clinic the same day for a red or painful eye, or new double vision after a shot."),
        N_("Call your doctor the same day for a rash or fever while on a seizure medicine."),
    ),
    medicines=N_("Do not stop a blood thinner or a seizure medicine on your own. Ask the doctor who ordered it."),
    driving=N_("Do not drive if your eye shuts, your sight is double or blurred, or your eyelid droops."),
    crisis=N_("If you feel hopeless or think about hurting yourself, call or text 988. It is open day and night."),
    not_diagnosis=N_("This form does not tell you what you have. Only a visit with a clinician can do that."),
    time=N_("Set aside 10 to 20 minutes. You can stop and come back."),
    skip=N_("You can skip most questions. “I’m not sure” is a good answer."),
    send_early=N_(
        "Once we know how to reach you, you can send what you have at any time. The clinic will see which parts you did not come to."
    ),
    privacy_video=N_("Do not email pictures or videos. Bring them on your phone."),
)

SCORES = (
    Score(
        id="phq",
        of=("phq_interest", "phq_down"),
        brief=N_("PHQ-2 total"),
        column="phq",
        rule=N_("Sum of phq_interest and phq_down as numbers, 0 to 6. Exists only when both are answered."),
        codes=(Code(system="LOINC", code="55758-7"),),
    ),
)
