"""Why a network learns or does not: gradients, activations and the loss around its weights."""
