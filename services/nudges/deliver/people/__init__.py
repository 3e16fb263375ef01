"""What is known of the ways to people, for those who run Daymark: the last success and error of each, and tests of them."""
