"""What an employee sees: one widget a file."""
