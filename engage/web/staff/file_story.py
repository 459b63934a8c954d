"""What happened to files, in words; engage.web.staff.story takes them in."""

from collections.abc import Mapping

from flask_babel.speaklater import LazyString

from engage.web.locale import lazy_gettext

_ = lazy_gettext

TITLES: Mapping[str, LazyString] = {
    "FileLocked": _("A file was locked, because it holds a program that does harm"),
    "FileUnlocked": _("A file was unlocked: the scanner finds nothing in it now"),
    "OriginalKept": _("A file was locked away as it came"),
    "OriginalOpened": _("Opened a file as it came"),
    "OriginalsForgotten": _("Files as they came were erased, because the person gives no name any more"),
}
TOLD: Mapping[str, LazyString] = {
    "file_locked": _("One of the files holds a program that does harm. It is locked, and they can send another copy."),
    "original_opened": _("Somebody opened a file as it came. Their page says who, by role, and when."),
}
