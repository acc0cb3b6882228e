"""Transcripts as files: text, subtitles and JSON."""
