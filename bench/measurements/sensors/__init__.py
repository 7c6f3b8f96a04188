"""What the machine says about itself, from files of Linux and from NVML; None for what it does not tell."""
