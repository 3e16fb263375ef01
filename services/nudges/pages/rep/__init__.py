"""What a rep's page says: where the rep stands today, their recent days as a chart, and the days one by one."""
