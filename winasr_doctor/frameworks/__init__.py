"""Facts about each speech framework, one folder per framework."""
