"""Use cases, split by who acts. They check policy, ask the rules, change rows, record events; never commit, never send."""
