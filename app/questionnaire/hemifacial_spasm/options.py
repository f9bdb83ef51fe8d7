"""Lists of answers that several questions share."""

from ..kinds import N_, Code, Option

YES_NO_UNSURE = (
    Option(code="yes", label=N_("Yes")),
    Option(code="no", label=N_("No"), means="no"),
    Option(code="unsure", label=N_("I’m not sure"), brief=N_("not sure"), means="not_sure"),
)

TOXIN_BRANDS = (
    Option(code="botox", label=N_("Botox (onabotulinumtoxinA)"), codes=(Code(system="HCPCS", code="J0585"),)),
    Option(code="dysport", label=N_("Dysport (abobotulinumtoxinA)"), codes=(Code(system="HCPCS", code="J0586"),)),
    Option(code="xeomin", label=N_("Xeomin (incobotulinumtoxinA)"), codes=(Code(system="HCPCS", code="J0588"),)),
    Option(code="daxxify", label=N_("Daxxify (daxibotulinumtoxinA)")),
    Option(code="myobloc", label=N_("Myobloc (rimabotulinumtoxinB)"), codes=(Code(system="HCPCS", code="J0587"),)),
    Option(code="other", label=N_("A different one")),
    Option(code="unsure", label=N_("I don’t know the name"), brief=N_("not sure"), means="not_sure"),
)

TOXIN_SITES = (
    Option(code="around_eye", label=N_("Around the eye")),
    Option(code="brow", label=N_("Eyebrow or forehead")),
    Option(code="cheek", label=N_("Cheek")),
    Option(code="mouth", label=N_("Around the mouth")),
    Option(code="chin", label=N_("Chin")),
    Option(code="neck", label=N_("Neck")),
    Option(code="other_side", label=N_("The other side of the face")),
    Option(code="unsure", label=N_("I don’t remember"), brief=N_("not sure"), means="not_sure"),
)

BENEFIT = (
    Option(code="none", label=N_("No help (0%)")),
    Option(code="little", label=N_("A little (about 25%)")),
    Option(code="half", label=N_("About half (50%)")),
    Option(code="most", label=N_("Most of it (75%)")),
    Option(code="nearly_all", label=N_("Almost all of it (90% or more)")),
    Option(code="worse", label=N_("It got worse")),
    Option(code="unsure", label=N_("I’m not sure"), brief=N_("not sure"), means="not_sure"),
)

TOXIN_SIDE_EFFECTS = (
    Option(code="ptosis", label=N_("Droopy eyelid")),
    Option(code="dry_eye", label=N_("Dry or sore eye")),
    Option(code="no_close", label=N_("Could not close the eye all the way"), brief=N_("incomplete eye closure")),
    Option(code="double", label=N_("Double or blurry vision")),
    Option(code="face_weak", label=N_("Weak face or uneven smile")),
    Option(
        code="drool",
        label=N_("Drooling or trouble with food in the mouth"),
        brief=N_("drooling or oral leakage"),
    ),
    Option(code="bruise", label=N_("Bruising")),
    Option(code="headache", label=N_("Headache")),
    Option(code="flu", label=N_("Flu-like feeling")),
    Option(code="swallow", label=N_("Trouble swallowing")),
    Option(code="breath", label=N_("Trouble breathing")),
    Option(code="speech", label=N_("Change in voice or speech")),
    Option(code="allergy", label=N_("Rash, hives, or swelling")),
    Option(code="none", label=N_("None of these"), means="no"),
)

HOW_OFTEN = (
    Option(code="0", label=N_("Never")),
    Option(code="1", label=N_("Once in a while")),
    Option(code="2", label=N_("Sometimes")),
    Option(code="3", label=N_("Often")),
    Option(code="4", label=N_("Always or almost always")),
)

PHQ_DAYS = (
    Option(code="0", label=N_("Not at all"), codes=(Code(system="LOINC", code="LA6568-5"),)),
    Option(code="1", label=N_("Several days"), codes=(Code(system="LOINC", code="LA6569-3"),)),
    Option(code="2", label=N_("More than half the days"), codes=(Code(system="LOINC", code="LA6570-1"),)),
    Option(code="3", label=N_("Nearly every day"), codes=(Code(system="LOINC", code="LA6571-9"),)),
)
