"""Mail that comes in: kept first, sealed to the worker; then read, and put where it belongs."""
