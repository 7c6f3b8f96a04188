"""How good a trained network is on each split, class by class."""
