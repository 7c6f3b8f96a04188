"""Records to tables: what a report shows, computed without torch."""
