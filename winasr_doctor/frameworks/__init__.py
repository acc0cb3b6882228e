"""What we know about each speech framework, one folder each."""
