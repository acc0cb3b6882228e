"""A script as people write it: transcribes recordings, tries again when "something is locked".

    python plain_script.py MODEL.nemo RECORDING.wav ...

It never heard of winasr_doctor. Its mistakes: it catches every exception and prints only its
text, and it waits and tries again where no waiting helps.
"""

import sys
import time

from nemo.collections.asr.models import ASRModel

TRIES = 3


def load(path: str) -> ASRModel:
    """Load the model, stubbornly."""
    for attempt in range(TRIES):
        try:
            return ASRModel.restore_from(path, map_location="cpu")
        except Exception as error:  # noqa: BLE001 - one of the mistakes
            print(f"Attempt {attempt + 1} failed: {error}")
            time.sleep(0.5)
    print("Could not load the model")
    sys.exit(1)


def transcribe(model: ASRModel, recording: str) -> str:
    """Return the text, or whatever error came last."""
    last = ""
    for _ in range(TRIES):
        try:
            result = model.transcribe([recording], num_workers=0, verbose=False)
            return str(result[0].text)
        except Exception as error:  # noqa: BLE001 - one of the mistakes
            last = f"Error: {error}"
            time.sleep(0.5)
    return last


def main() -> None:
    """Transcribe what the command line names."""
    if len(sys.argv) < 3:  # noqa: PLR2004
        sys.exit("usage: plain_script.py MODEL.nemo RECORDING.wav ...")
    model = load(sys.argv[1])
    for recording in sys.argv[2:]:
        print(f"{recording}: {transcribe(model, recording)}", flush=True)


if __name__ == "__main__":
    main()
