"""The only list of pages that answer without a staff sign-in. What is not here refuses strangers, as a test checks."""

# Anyone may open these.
FOR_ANYONE = frozenset(
    {
        "static",
        "account.ask_passkey",
        "account.choose_password",
        "account.finish_single_sign_on",
        "account.forgot_password",
        "account.sign_in",
        "account.sign_in_passkey",
        "account.start_single_sign_on",
        "account.stop_notices",
        "health.show_health",
        "health.show_worker",
        "hooks.receive_text",
        "hooks.report_text",
        "public.accessibility",
        "public.check_receipt",
        "public.choose_site",
        "public.confirm_address",
        "public.discard_draft",
        "public.download_checkpoint",
        "public.download_verifier",
        "public.enter_code",
        "public.help",
        "public.tell_safely",
        "public.home",
        "public.how_it_works",
        "public.leave",
        "public.list_checkpoints",
        "public.lost_code",
        "public.outside_avenues",
        "public.privacy",
        "public.raise_check",
        "public.raise_concern",
        "public.raise_where",
        "public.raise_who",
        "public.set_language",
        "public.stop_mails",
        "public.show_site",
        "public.use_code_link",
    }
)

# These belong to the person who holds the code of a case; a stranger is sent to the page that asks for it.
WITH_A_CODE = frozenset(
    {
        "public.accept_proposal",
        "public.agree_to_kind",
        "public.appeal",
        "public.ask_correction",
        "public.ask_to_meet",
        "public.burn_contact",
        "public.change_code",
        "public.change_contact",
        "public.choose_ways",
        "public.confirm_erasure",
        "public.confirm_remedy",
        "public.decide",
        "public.erase_everything",
        "public.counter_proposal",
        "public.download_case",
        "public.download_everything",
        "public.print_case",
        "public.give_feedback",
        "public.offer_reopening",
        "public.open_file",
        "public.refuse_proposal",
        "public.reopen",
        "public.reply",
        "public.show_case",
        "public.show_keeping",
        "public.show_notices",
        "public.withdraw",
    }
)

# These exist in the demonstration alone; `serve` does not have them.
IN_THE_DEMONSTRATION = "dev."
