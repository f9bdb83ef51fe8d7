"""Reading everything back, the consents and the signature."""

from ..kinds import N_, Confirm, Page, Part, Text

SEND = Part(
    id="send",
    number=9,
    title=N_("Check and send"),
    pages=(
        Page(
            id="check",
            title=N_("Check your answers"),
            intro=N_("Look over your answers. You can change any of them. They have not been sent yet."),
            summary=True,
        ),
        Page(
            id="sign",
            title=N_("Agree and send"),
            intro=N_("Your answers go to {clinic_name}."),
            intro_helper=N_(
                "The patient must agree to this, unless you are the parent or legal guardian. Ask the patient before you sign. The answers go to {clinic_name}."
            ),
            questions=(
                Confirm(
                    id="consent_truth",
                    text=N_("I gave my best answers. I know this form does not replace a visit."),
                    text_helper=N_(
                        "I gave the best answers I could for the patient. I know this form does not replace a visit."
                    ),
                    brief=N_("Consent: best answers"),
                    column="consent_truth",
                    required=N_("Check the box to say that you gave your best answers."),
                    always=True,
                    version="best-answers-2",
                ),
                Confirm(
                    id="consent_store",
                    text=N_("The clinic may store this form and use it for my care."),
                    text_helper=N_("The clinic may store this form and use it for the patient’s care."),
                    brief=N_("Consent: store and use"),
                    column="consent_store",
                    required=N_("Check the box to let the clinic store and use this form."),
                    always=True,
                    version="store-and-use-1",
                ),
                Confirm(
                    id="consent_no_emergency",
                    text=N_("I know nobody watches this form around the clock. In an emergency I will call 911."),
                    brief=N_("Consent: not monitored"),
                    column="consent_no_emergency",
                    required=N_("Check the box to say that you will call 911 in an emergency."),
                    always=True,
                    version="not-monitored-1",
                ),
                Text(
                    id="signature",
                    text=N_("Type your full name to sign"),
                    text_helper=N_("Type your own full name to sign on behalf of the patient"),
                    brief=N_("Signed"),
                    column="signature",
                    required=N_("Type your full name to sign this form."),
                    always=True,
                    max_length=160,
                    autocomplete="name",
                    identifier=True,
                    free_text=True,
                    deidentify="drop",
                    version="typed-name-2",
                ),
            ),
        ),
    ),
)
