"""What thousands of trials cost the driver, where each trial is a stub that trains nothing."""
