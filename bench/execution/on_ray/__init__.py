"""The Ray engine: the same trials, each as a task of a Ray cluster."""
