"""The only list of pages that answer without a staff sign-in. What is not here refuses strangers, as a test checks."""

# Anyone may open these.
FOR_ANYONE = frozenset(
    {
        "static",
        "account.sign_in",
        "public.home",
        "public.choose_site",
        "public.raise_concern",
        "public.enter_code",
        "public.how_it_works",
        "public.help",
        "public.accessibility",
        "public.privacy",
        "public.leave",
        "public.set_language",
    }
)

# These belong to the person who holds the code of a case; a stranger is sent to the page that asks for it.
WITH_A_CODE = frozenset({"public.show_case"})
