"""What nudges knows with pencil and paper: days, baselines, ladders, phrases, candidates. Pure, with the time as an
argument."""
