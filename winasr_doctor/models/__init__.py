"""Speech models: the known ones, their revisions, and the Hugging Face Hub."""
