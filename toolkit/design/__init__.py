"""What people write before anything runs: personas, scenarios, studies and their freeze."""
