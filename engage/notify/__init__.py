"""Who is told what, the outbox where it waits, how it is rendered, and the roads it leaves by."""
