"""Before there is data: simulate the study's own design, its power, and its own errors."""
