"""Tests of what leaves the desk: tables, codebook, the streamed archive."""
