"""Rules of the grievance mechanism: plain values and functions, no framework, no clock, no input or output."""
