"""Whether cost grows as the work grows: time and memory over dataset size, image size and trials."""
