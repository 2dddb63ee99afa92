"""Rows of arrays: mini-batches, rows on the disk, preprocessing, splits."""
