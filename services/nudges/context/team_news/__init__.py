"""What has happened in a manager's team since their last morning: messages to their reps, and what their reps dispute."""
