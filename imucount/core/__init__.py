"""The compiled core: what is done for every sample, in C, and how it is built and loaded."""
