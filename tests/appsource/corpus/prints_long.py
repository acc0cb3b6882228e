import whisper

model = whisper.load_model("tiny")

print(  # expect: APP016
    "Transcribing with the model",
    "tiny",
    "\u2705",
)
