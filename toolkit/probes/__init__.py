"""The same questions, asked by machine: sweeps, attacks, variants. Not built yet."""
