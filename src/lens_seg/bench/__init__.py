"""What `lens bench` measures: ways of doing the same work, timed in one run on the machine at hand."""
