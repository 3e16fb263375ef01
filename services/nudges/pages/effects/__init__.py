"""The page of effects: what the messages of each rule achieve, measured against messages that were withheld at random."""
