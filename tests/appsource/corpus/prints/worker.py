import sys

from faster_whisper import WhisperModel

print("🎤 loading the model")  # expect: APP016
model = WhisperModel("small")
segments, info = model.transcribe(sys.argv[1])
for segment in segments:
    print("✓ " + segment.text)
