"""Convolutions of few pixels, computed as products of matrices."""
