"""How much memory a network takes, and how much it may take; each figure from a process of its own."""
