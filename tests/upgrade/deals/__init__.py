"""An installation of an earlier version with deals in it, which counted as one activity each."""
