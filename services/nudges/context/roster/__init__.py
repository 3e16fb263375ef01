"""First days and doubts about the roster, as the rules and the doctor look at them."""
