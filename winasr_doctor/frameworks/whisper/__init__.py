"""Everything specific to the packages that run Whisper; they need no guard."""
