"""The command `sample`: a study played by simulated participants."""
