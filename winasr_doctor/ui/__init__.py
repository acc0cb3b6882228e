"""The transcription page: Gradio in front, the loader behind, and no error that stays invisible."""
