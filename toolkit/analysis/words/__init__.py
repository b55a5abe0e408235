"""Which words tell a persona's replies from the reference's."""
