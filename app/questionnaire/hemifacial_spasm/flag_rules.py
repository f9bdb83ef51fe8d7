"""Why a specialist should look: the flag rules, for staff only. Draft, not yet reviewed by a clinician."""

from ..conditions import all_of, answered, any_of, at_least, equals, has, has_any, lacks, one_of
from ..kinds import N_, Flag, LevelMeaning

LEVELS = (
    LevelMeaning(id="urgent", meaning=N_("Call the patient today.")),
    LevelMeaning(id="safety", meaning=N_("Safety advice is due before the visit.")),
    LevelMeaning(id="review", meaning=N_("Read before the visit.")),
    LevelMeaning(id="lookalike", meaning=N_("Another condition may explain this.")),
    LevelMeaning(id="note", meaning=N_("Good to know.")),
)

TOXIN_LABELS = "US prescribing information for botulinum toxins (boxed warning, contraindications, warnings); current labels to be re-read at sign-off"

FLAGS = (
    Flag(
        id="urgent_now",
        level="urgent",
        brief=N_("Sudden symptoms reported"),
        rule=N_("Any answer other than “none” was chosen in urgent_now."),
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
        reason=N_(
            "Stroke or spread of toxin has to be ruled out. The patient was shown the 911 panel. Call the patient today."
        ),
        sources=("FAST stroke signs, Mayo Clinic patient pages",),
    ),
    Flag(
        id="toxin_spread",
        level="urgent",
        brief=N_("Swallow, breath, or speech change after recent toxin"),
        rule=N_(
            "A spread sign is swallow, breath, or speech. Fires when toxin_se has a spread sign and the last toxin date is unknown or fewer than 112 days (16 weeks) before the day of sending. Also fires when an entry of toxin_rounds has a spread sign and that entry’s own date is fewer than 112 days before the day of sending or missing. The last toxin date is the latest of toxin_last and all toxin_rounds dates, each taken at its latest possible day, and no later than the day of sending."
        ),
        evidence=("toxin_se", "toxin_last", "toxin_rounds"),
        reason=N_(
            "Distant spread of toxin can appear hours to weeks after a shot and can be fatal. 16 weeks is a cautious margin, not a label figure."
        ),
        sources=(TOXIN_LABELS,),
    ),
    Flag(
        id="toxin_spread_past",
        level="review",
        brief=N_("Past swallow, breath, or speech change after toxin"),
        rule=N_("Any spread sign in toxin_se or in an entry of toxin_rounds, and toxin_spread does not fire."),
        evidence=("toxin_se", "toxin_last", "toxin_rounds"),
        reason=N_("Re-check before any new dose."),
        sources=(TOXIN_LABELS,),
    ),
    Flag(
        id="toxin_allergy",
        level="review",
        brief=N_("Allergic reaction to toxin"),
        rule=N_("allergies has toxin, or toxin_se has allergy, or any entry of toxin_rounds has side effect allergy."),
        when=any_of(
            has("allergies", "toxin"),
            has("toxin_se", "allergy"),
            has_any("toxin_rounds", "allergy", item="side_effects"),
        ),
        reason=N_("Hypersensitivity to any botulinum toxin product is a label contraindication."),
        sources=(TOXIN_LABELS,),
    ),
    Flag(
        id="neuromuscular",
        level="review",
        brief=N_("Neuromuscular disease or fatigable lids"),
        rule=N_("conditions has mg, lems, als, or neuropathy, or neuro has lid_fatigue."),
        when=any_of(has_any("conditions", "mg", "lems", "als", "neuropathy"), has("neuro", "lid_fatigue")),
        reason=N_(
            "Raised risk of severe weakness, swallowing and breathing trouble after toxin; fatigable droop may be undiagnosed myasthenia."
        ),
        sources=(TOXIN_LABELS,),
    ),
    Flag(
        id="resp_swallow",
        level="review",
        brief=N_("Breathing or swallowing problem"),
        rule=N_("conditions has lung or swallowing, or neuro has swallow or breath."),
        when=any_of(has_any("conditions", "lung", "swallowing"), has_any("neuro", "swallow", "breath")),
        reason=N_("Group at highest risk in the toxin labels; also a sign beyond the facial nerve."),
        sources=(TOXIN_LABELS,),
    ),
    Flag(
        id="pregnancy",
        level="review",
        brief=N_("Pregnant, trying, or breastfeeding"),
        rule=N_("pregnancy is pregnant, trying, or breastfeeding."),
        when=any_of(one_of("pregnancy", "pregnant", "trying", "breastfeeding")),
        reason=N_("Toxin, seizure medicines and contrast imaging need a talk about risk."),
        sources=(TOXIN_LABELS,),
    ),
    Flag(
        id="milk_albumin",
        level="review",
        brief=N_("Milk-protein or albumin allergy"),
        rule=N_("allergies has milk or albumin."),
        when=any_of(has_any("allergies", "milk", "albumin")),
        reason=N_(
            "Cow’s milk protein allergy: abobotulinumtoxinA (Dysport) is contraindicated. Albumin is an ingredient of several products."
        ),
        sources=(TOXIN_LABELS,),
    ),
    Flag(
        id="bilateral",
        level="review",
        brief=N_("Both sides"),
        rule=N_("side is both."),
        when=any_of(equals("side", "both")),
        reason=N_(
            "True bilateral spasm is rare (about 0.4 to 3 %), one side years before the other and out of step. Onset together suggests blepharospasm or Meige syndrome, tics, or brainstem disease."
        ),
        sources=("Tan and Jankovic, Mov Disord 1999;14:345", "Case series of 1,642, PubMed 19574834 (2009)"),
    ),
    Flag(
        id="young_onset",
        level="review",
        brief=N_("Onset before age 40"),
        rule=N_(
            "Completed years of age at the earliest possible day of onset_date are fewer than 40. An onset day before birth counts as age 0. Needs dob and onset_date."
        ),
        evidence=("onset_date", "dob"),
        reason=N_("Less usual, still mostly a vessel. Check the MRI for multiple sclerosis or tumor. Not an alarm."),
        sources=("Tan and others, doi 10.1111/j.1600-0404.2006.00650.x (2006)", "Jung and others 2021"),
    ),
    Flag(
        id="rapid_onset",
        level="review",
        brief=N_("Fast onset"),
        rule=N_("onset_speed is sudden or days."),
        when=any_of(one_of("onset_speed", "sudden", "days")),
        reason=N_(
            "Primary hemifacial spasm comes on slowly. Fast onset suggests stroke, demyelination, or a functional cause."
        ),
        sources=("Sringean and others, doi 10.1016/j.jns.2019.116532 (2019)",),
    ),
    Flag(
        id="pain",
        level="review",
        brief=N_("Face pain"),
        rule=N_("assoc has pain."),
        when=any_of(has("assoc", "pain")),
        reason=N_(
            "Hemifacial spasm is essentially painless. Shock pain suggests added trigeminal neuralgia (tic convulsif) or a lesion."
        ),
        sources=("MSD Manual, hemifacial spasm (2023)", "Wang and Jankovic 1998, PubMed 9843077"),
    ),
    Flag(
        id="numb",
        level="review",
        brief=N_("Face numbness"),
        rule=N_("assoc has numb."),
        when=any_of(has("assoc", "numb")),
        reason=N_("Sensory loss is not part of hemifacial spasm: think of trigeminal nerve, tumor, demyelination."),
        sources=("Sringean and others, doi 10.1016/j.jns.2019.116532 (2019)",),
    ),
    Flag(
        id="weak",
        level="review",
        brief=N_("Face weakness"),
        rule=N_("assoc has weak."),
        when=any_of(has("assoc", "weak")),
        reason=N_(
            "Untreated: lesion, earlier palsy, parotid tumor, or mild weakness of long-standing spasm. Treated: effect of toxin or surgery."
        ),
        sources=("Neurology 1979;29:1261", "Sringean and others, doi 10.1016/j.jns.2019.116532 (2019)"),
    ),
    Flag(
        id="hearing",
        level="review",
        brief=N_("Hearing loss, same side"),
        rule=N_("assoc has hearing_loss."),
        when=any_of(has("assoc", "hearing_loss")),
        reason=N_(
            "Possible cerebellopontine angle lesion; baseline before surgery. Clicks or ringing alone do not fire."
        ),
        sources=("Sringean and others, doi 10.1016/j.jns.2019.116532 (2019)",),
    ),
    Flag(
        id="mass",
        level="review",
        brief=N_("Lump, tumor, or aneurysm"),
        rule=N_(
            "assoc has lump, or conditions has brain_tumor or aneurysm, or prior_event has tumor, or imaging_result has tumor."
        ),
        when=any_of(
            has("assoc", "lump"),
            has_any("conditions", "brain_tumor", "aneurysm"),
            has("prior_event", "tumor"),
            has("imaging_result", "tumor"),
        ),
        reason=N_("Parotid, cerebellopontine angle or vascular lesion, known or suspected."),
        sources=("MSD Manual, hemifacial spasm (2023)",),
    ),
    Flag(
        id="neuro",
        level="review",
        brief=N_("Signs beyond the facial nerve"),
        rule=N_("neuro has double, limb_weak, speech, seizure, limb_jerk, or weight, or conditions has ms or stroke."),
        when=any_of(
            has_any("neuro", "double", "limb_weak", "speech", "seizure", "limb_jerk", "weight"),
            has_any("conditions", "ms", "stroke"),
        ),
        reason=N_("Brainstem disease, seizure, multiple sclerosis, stroke."),
        sources=("Sringean and others, doi 10.1016/j.jns.2019.116532 (2019)",),
    ),
    Flag(
        id="synkinesis",
        level="lookalike",
        brief=N_("Looks like synkinesis after palsy"),
        rule=N_("palsy_before is yes, or linked_move is every_time."),
        when=any_of(equals("palsy_before", "yes"), equals("linked_move", "every_time")),
        reason=N_(
            "After a palsy, parts of the face move together with every voluntary movement. Treatment differs (retraining)."
        ),
        sources=("Neurophysiol Clin 2024;55:103019",),
    ),
    Flag(
        id="tic",
        level="lookalike",
        brief=N_("Looks like a tic"),
        rule=N_("suppress is yes or urge."),
        when=any_of(one_of("suppress", "yes", "urge")),
        reason=N_("Movements that can be held back, or that follow an urge, suggest a tic."),
        sources=("Yaltho and Jankovic, doi 10.1002/mds.23692 (2011)",),
    ),
    Flag(
        id="driving",
        level="safety",
        brief=N_("Eye closure and driving"),
        rule=N_("drive_eye is yes; or driving is daily or some and eye_closes is long."),
        when=any_of(
            equals("drive_eye", "yes"),
            all_of(one_of("driving", "daily", "some"), equals("eye_closes", "long")),
        ),
        reason=N_("Driving advice is needed before the visit. The patient was shown the driving notice."),
        sources=("Clinical judgement",),
    ),
    Flag(
        id="toxin_lt12w",
        level="review",
        brief=N_("Toxin less than 12 weeks before the visit"),
        rule=N_(
            "Fewer than 84 days from the last toxin date to as_of: 83 fires, 84 does not. The last toxin date is the latest of toxin_last and all toxin_rounds dates, each taken at its latest possible day (year only: 31 December; month: last day), and no later than as_of. With no date at all it does not fire. Only counts while toxin_ever is yes. Show “date not exact” when the date used is not a full date."
        ),
        evidence=("toxin_last", "toxin_rounds", "visit_date"),
        reason=N_(
            "The examination is masked; short intervals and boosters raise the risk of antibodies; payers limit repeats."
        ),
        sources=("Toxins 2019;11:491", TOXIN_LABELS),
    ),
    Flag(
        id="toxin_other_recent",
        level="review",
        brief=N_("Toxin for another reason, last 4 months"),
        rule=N_("toxin_other_use is yes."),
        when=any_of(equals("toxin_other_use", "yes")),
        reason=N_("Doses for all uses add up."),
        sources=(TOXIN_LABELS,),
    ),
    Flag(
        id="toxin_wearing",
        level="note",
        brief=N_("Shots work less well"),
        rule=N_("toxin_trend is less or stopped."),
        when=any_of(one_of("toxin_trend", "less", "stopped")),
        reason=N_("Look at dose, sites, diagnosis, and antibodies."),
        sources=("Toxins 2019;11:491",),
    ),
    Flag(
        id="toxin_eye_se",
        level="note",
        brief=N_("Cornea at risk"),
        rule=N_("toxin_se has no_close, or any entry of toxin_rounds has no_close, or conditions has eye_surgery."),
        when=any_of(
            has("toxin_se", "no_close"),
            has_any("toxin_rounds", "no_close", item="side_effects"),
            has("conditions", "eye_surgery"),
        ),
        reason=N_("Exposure of the cornea with shots around the eye."),
        sources=(TOXIN_LABELS,),
    ),
    Flag(
        id="anticoag",
        level="note",
        brief=N_("Blood thinner or bleeding problem"),
        rule=N_(
            "blood_thinner has warfarin, doac, antiplatelet, or other, or conditions has bleeding. Aspirin alone does not fire."
        ),
        when=any_of(
            has_any("blood_thinner", "warfarin", "doac", "antiplatelet", "other"),
            has("conditions", "bleeding"),
        ),
        reason=N_("Bruising risk; usually no reason to stop. Recent INR if on warfarin. Never tell a patient to stop."),
        sources=("Schrader and others 2018",),
    ),
    Flag(
        id="htn",
        level="note",
        brief=N_("High blood pressure"),
        rule=N_("conditions has htn."),
        when=any_of(has("conditions", "htn")),
        reason=N_("More common in hemifacial spasm (pooled odds ratio 1.72; studies conflict). Check blood pressure."),
        sources=("Leong and others, meta-analysis 2016",),
    ),
    Flag(
        id="mvd",
        level="note",
        brief=N_("Earlier MVD"),
        rule=N_("mvd_ever is yes."),
        when=any_of(equals("mvd_ever", "yes")),
        reason=N_("Get the operative note and the scan after surgery."),
        sources=("Clinical judgement",),
    ),
    Flag(
        id="mvd_lt12m",
        level="note",
        brief=N_("MVD less than 12 months ago"),
        rule=N_(
            "Take each mvd_rows date at its latest possible day, no later than as_of, and keep the latest. Fires when fewer than 12 full months (one completed year, counted like an age) lie between that day and as_of. On the anniversary it does not fire."
        ),
        evidence=("mvd_rows", "visit_date"),
        reason=N_("Relief can take months. Do not call it failed yet."),
        sources=("Acta Neurochir 2024", "PubMed 36097503 (2022)"),
    ),
    Flag(
        id="no_mri",
        level="note",
        brief=N_("No MRI yet"),
        rule=N_(
            "imaging was answered and has neither mri nor mra. An unanswered question does not fire; the brief says “not answered”."
        ),
        when=all_of(answered("imaging"), lacks("imaging", "mri"), lacks("imaging", "mra")),
        reason=N_("Ask for a thin-slice MRI (CISS or FIESTA) with MRA."),
        sources=("MSD Manual, hemifacial spasm (2023)",),
    ),
    Flag(
        id="anticonv_rash",
        level="note",
        brief=N_("Rash on a seizure medicine"),
        rule=N_("allergies has anticonvulsant."),
        when=any_of(has("allergies", "anticonvulsant")),
        reason=N_("Cross-reaction risk; with carbamazepine the HLA-B*15:02 question."),
        sources=("FDA safety communication on carbamazepine, 2007",),
    ),
    Flag(
        id="minor",
        level="review",
        brief=N_("Under 18"),
        rule=N_("Completed years of age at as_of are fewer than 18. Needs dob."),
        evidence=("dob",),
        reason=N_("Guardian’s consent; other causes."),
        sources=("Clinical judgement",),
    ),
    Flag(
        id="low_mood",
        level="review",
        brief=N_("Low mood"),
        rule=N_("impact_mood is 3 or 4, or the derived phq score is 3 or more."),
        when=any_of(one_of("impact_mood", "3", "4"), at_least("phq", 3)),
        reason=N_("Ask at the visit. The patient was shown the 988 line."),
        sources=("PHQ-2 cut-off of 3: PMC2906530 (2010)",),
    ),
)
