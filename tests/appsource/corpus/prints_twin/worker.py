import sys

from faster_whisper import WhisperModel

sys.stdout.reconfigure(encoding="utf-8")
print("🎤 loading the model")
model = WhisperModel("small")
