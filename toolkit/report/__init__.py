"""What a decision-maker reads: risks with their evidence. Not built yet."""
