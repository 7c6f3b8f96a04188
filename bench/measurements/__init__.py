"""What is measured of a network, one file a measurement: counts, training, speed, gradients, profile."""
