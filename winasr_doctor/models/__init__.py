"""Speech models: the known ones, their revisions, and queries to the Hugging Face Hub."""
