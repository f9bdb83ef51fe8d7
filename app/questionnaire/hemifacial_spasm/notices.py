"""What a patient must read at once, given certain answers. Change the words only with a clinician."""

from ..conditions import all_of, any_of, at_least, equals, has_any, one_of
from ..kinds import N_, Notice

NOTICES = (
    Notice(
        id="emergency_911",
        after_page="safety_check",
        stop_page=True,
        when=any_of(
            has_any(
                "urgent_now",
                "face_droop",
                "arm_leg",
                "speech",
                "swallow_breathe",
                "vision_loss",
                "worst_headache",
            )
        ),
        heading=N_("Call 911 now"),
        lines=(
            N_("Do not wait for your visit. Do not drive yourself."),
            N_("A sign that starts or gets worse suddenly can mean a stroke or another emergency."),
            N_("Nobody at {clinic_name} is reading this form right now."),
            N_("Your answers are saved. You can come back to this form later."),
        ),
    ),
    Notice(
        id="sudden_signs",
        after_page="symptoms",
        when=any_of(has_any("neuro", "limb_weak", "speech", "swallow", "breath")),
        heading=N_("If any of this is new or getting worse"),
        lines=(
            N_("Call 911 if you now have trouble speaking, swallowing, or breathing."),
            N_("Call 911 if an arm or leg is suddenly weak or numb."),
        ),
    ),
    Notice(
        id="toxin_spread_911",
        after_page="toxin_so_far",
        when=any_of(has_any("toxin_se", "swallow", "breath", "speech")),
        heading=N_("Trouble swallowing, breathing, or speaking"),
        lines=(N_("If you have this now, call 911."), N_("It can happen hours to weeks after a shot.")),
    ),
    Notice(
        id="toxin_round_911",
        after_page="toxin_rounds",
        when=any_of(has_any("toxin_rounds", "swallow", "breath", "speech", item="side_effects")),
        heading=N_("Trouble swallowing, breathing, or speaking"),
        lines=(N_("If you have this now, call 911."), N_("It can happen hours to weeks after a shot.")),
    ),
    Notice(
        id="crisis_988",
        after_page="impact",
        when=any_of(one_of("impact_mood", "3", "4")),
        heading=N_("You are not alone"),
        lines=(
            N_("If you feel hopeless or think about hurting yourself, call or text 988."),
            N_("It is free and open day and night. In danger, call 911."),
        ),
    ),
    Notice(
        id="crisis_988_phq",
        after_page="mood",
        when=any_of(at_least("phq", 3)),
        heading=N_("You are not alone"),
        lines=(
            N_("If you feel hopeless or think about hurting yourself, call or text 988."),
            N_("It is free and open day and night. In danger, call 911."),
        ),
    ),
    Notice(
        id="driving_advice",
        after_page="driving_eye",
        when=any_of(
            equals("drive_eye", "yes"),
            all_of(one_of("driving", "daily", "some"), equals("eye_closes", "long")),
        ),
        heading=N_("Do not drive for now"),
        lines=(
            N_("Do not drive until you have talked with a doctor about your eye."),
            N_("To ask, call {clinic_name} at {clinic_phone}, or your own doctor."),
        ),
    ),
)
