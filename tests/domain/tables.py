"""What the design says about roles, stages and waiting, written down by hand and apart from the code (product 3 and 6).

Columns of WHO: how far a role reaches. S every case of its site, O ordinary ones and its own, A assigned to it, R taken
down by or assigned to it, E those whose appeal it hears, V severe ones (levels 4 and 5), . not at all.
"""

# fmt: off
ROLES = (
    "liaison", "coordinator", "officer", "approver", "panel", "custodian", "focal", "publisher", "auditor", "steward",
    "rights_lead", "oversight", "admin",
)
# The two last letters: the person of the case, and the service by itself.
WHO = {
    #                      liais coord offic appro panel custo focal publi audit stewa right overs admin  person service
    "view":               "R     S     O     S     E     S     S     .     S     .     V     .     .      yes    yes",
    "read_unmasked":      "R     S     O     S     E     S     S     .     .     .     V     .     .      yes    .",
    "view_identity":      ".     S     A     S     .     S     S     .     .     .     .     .     .      yes    .",
    "view_contact":       "R     S     A     S     .     S     S     .     .     .     .     .     .      yes    .",
    "reply":              "R     S     A     S     .     S     S     .     .     .     .     .     .      yes    .",
    "note":               "R     S     A     S     E     S     S     .     .     .     V     .     .      .      .",
    "assign":             ".     S     .     S     .     .     S     .     .     .     .     .     .      .      .",
    "route":              ".     S     .     S     .     .     S     .     .     .     .     .     .      .      .",
    "convert":            ".     S     .     S     .     .     S     .     .     .     .     .     .      .      .",
    "agree_to_convert":   ".     .     .     .     .     .     .     .     .     .     .     .     .      yes    .",
    "restrict":           "R     S     A     S     E     S     S     .     .     .     V     .     .      .      .",
    "approve_screen_out": ".     S     .     S     .     .     S     .     .     .     .     .     .      .      .",
    "approve_proposal":   ".     .     .     S     .     .     S     .     .     .     V     .     .      .      .",
    "record_answer":      "R     S     A     S     .     .     S     .     .     .     .     .     .      .      .",
    "finish_remedy":      "R     S     A     S     .     .     S     .     .     .     .     .     .      .      .",
    "seat_panel":         ".     S     .     S     .     .     S     .     .     .     .     .     .      .      .",
    "deliberate":         ".     .     .     .     E     .     E     .     .     .     .     .     .      .      .",
    "tell_person":        "R     S     A     S     .     S     S     .     .     .     .     .     .      .      .",
    "extend":             ".     S     A     S     .     .     S     .     .     .     .     .     .      .      .",
    "extend_again":       ".     .     .     S     .     .     S     .     .     .     .     .     .      .      .",
    "pause":              ".     S     A     S     .     .     S     .     .     .     .     .     .      .      .",
    "explain":            ".     S     A     S     .     .     S     .     .     .     .     .     .      .      .",
    "name_subject":       "R     S     A     S     E     S     S     .     .     .     V     .     .      .      yes",
    "remove_subject":     ".     S     .     S     .     .     S     .     .     .     .     .     .      .      .",
    "task":               "R     S     A     S     E     S     S     .     .     .     V     .     .      .      .",
    "rate":               ".     S     A     S     .     .     S     .     .     .     .     .     .      .      .",
    "approve_rating":     ".     S     .     S     .     .     S     .     .     .     V     .     .      .      .",
    "assess_retaliation": "R     S     A     S     .     .     S     .     .     .     V     .     .      .      .",
    "arrange":            "R     S     A     S     .     .     S     .     .     .     .     .     .      .      .",
    "link":               ".     S     A     S     .     .     S     .     .     .     .     .     .      .      .",
    "record_proceeding":  ".     S     A     S     .     .     S     .     .     .     .     .     .      .      .",
    "hand_over":          ".     S     .     S     .     .     S     .     .     .     .     .     .      .      .",
    "view_money":         ".     S     A     S     E     .     S     .     .     .     V     .     .      yes    .",
    "correct":            ".     S     A     S     .     .     S     .     .     .     .     .     .      .      .",
    "ask_opening":        "R     S     A     S     .     .     S     .     .     .     .     .     .      .      .",
    "decide_opening":     ".     .     .     S     .     S     S     .     .     .     .     .     .      .      .",
    "own_data":           ".     .     .     .     .     .     .     .     .     .     .     .     .      yes    .",
    "answer_correction":  ".     S     A     S     .     .     S     .     .     .     .     .     .      .      .",
    "hold":               ".     .     .     S     .     .     S     .     .     .     .     .     .      .      .",
    "open_original":      ".     .     .     .     .     S     S     .     .     .     .     .     .      .      .",
    "see_delivery":       ".     S     A     S     .     .     S     .     .     .     .     .     .      .      .",
    "sift":               ".     S     .     S     .     .     S     .     .     .     .     .     .      .      .",
    "acknowledge":        "R     S     A     S     .     .     S     .     .     .     .     .     .      .      yes",
    "assess":             ".     S     .     S     .     .     S     .     .     .     .     .     .      .      .",
    "screen_out":         ".     S     .     S     .     .     S     .     .     .     .     .     .      .      .",
    "investigate":        ".     S     A     S     .     .     S     .     .     .     .     .     .      .      .",
    "propose":            ".     S     A     S     .     .     S     .     .     .     .     .     .      .      .",
    "accept":             ".     .     .     .     .     .     .     .     .     .     .     .     .      yes    .",
    "counter":            ".     .     .     .     .     .     .     .     .     .     .     .     .      yes    .",
    "refuse":             ".     .     .     .     .     .     .     .     .     .     .     .     .      yes    .",
    "lapse":              ".     .     .     S     .     .     S     .     .     .     .     .     .      .      .",
    "verify":             ".     S     A     S     .     .     S     .     .     .     .     .     .      .      .",
    "appeal":             ".     .     .     .     .     .     .     .     .     .     .     .     .      yes    .",
    "decide":             ".     .     .     .     E     .     S     .     .     .     .     .     .      .      .",
    "refer":              ".     S     .     S     .     .     S     .     .     .     .     .     .      yes    .",
    "report":             ".     S     .     S     .     .     S     .     .     .     .     .     .      .      .",
    "reopen":             ".     S     .     S     .     .     S     .     .     .     .     .     .      yes    .",
    "answer":             ".     S     A     S     .     .     S     .     .     .     .     .     .      .      .",
    "withdraw":           ".     .     .     .     .     .     .     .     .     .     .     .     .      yes    .",
}
# Who sits or sat on the panel of a case does none of these with it, outside the restricted lane (domain R03).
NOT_BY_THE_PANEL = {
    "assess", "screen_out", "investigate", "propose", "lapse", "verify", "approve_screen_out", "approve_proposal",
    "approve_rating", "rate", "finish_remedy",
}
# What can be done with a case of which everything was erased: look at what is left, as before, and nothing else.
AFTER_ERASURE = {"view", "read_unmasked"}
# Where each action leads from each stage; the first is the usual one.
LEADS = {
    "received":      {"acknowledge": ["acknowledged"], "appeal": ["appealed"]},
    "acknowledged":  {"assess": ["assessed"], "screen_out": ["closed"], "answer": ["closed"], "appeal": ["appealed"]},
    "assessed":      {"investigate": ["investigating"], "propose": ["proposed"], "appeal": ["appealed"]},
    "investigating": {"propose": ["proposed"], "appeal": ["appealed"]},
    "proposed":      {"propose": ["proposed"], "accept": ["implementing", "closed"], "counter": ["proposed"],
                      "refuse": ["appealed", "closed"], "lapse": ["closed"], "appeal": ["appealed"]},
    "implementing":  {"verify": ["closed"], "appeal": ["appealed"]},
    "appealed":      {"decide": ["proposed", "closed"]},
    "independent":   {"report": ["proposed", "closed"]},
    "closed":        {"appeal": ["appealed"], "reopen": ["assessed", "acknowledged"], "refer": ["independent"]},
}
for _stage, _steps in LEADS.items():
    if _stage != "closed":
        _steps["withdraw"] = ["closed"]
# fmt: on
