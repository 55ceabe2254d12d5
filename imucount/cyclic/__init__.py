"""Any repetitive exercise: swings along many directions, runs of like cycles, and the sets among them."""
