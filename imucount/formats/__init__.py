"""Recordings in files and tables: what is read, how it was understood, and imucount's own CSV."""
