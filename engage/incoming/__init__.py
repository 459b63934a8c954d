"""Reads mails that came in: bytes go in, values come out. It stores nothing, asks nobody and knows no case.

Whoever sends chooses every byte, so nothing here trusts a length, a nesting, a charset or a header, and every loop has
a bound. `engage.incoming.mail` is the way in; the other modules each know one thing about mails.
"""
