"""Use cases, split by who acts: check policy, ask the rules, change rows, record events. Never commit, never send."""
