"""What the record means: frames, leads, figures."""
