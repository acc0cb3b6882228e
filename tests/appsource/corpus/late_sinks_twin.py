import csv
import time

import pandas as pd
from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


def opened_first(paths):
    with open("texts.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        for path in paths:
            writer.writerow([path, model.transcribe([path])[0].text])
            file.flush()


def each_at_once(paths):
    for path in paths:
        text = model.transcribe([path])[0].text
        pd.DataFrame([text]).to_csv(f"{path}.csv")


def protected(paths):
    rows = [model.transcribe([path])[0].text for path in paths]
    try:
        pd.DataFrame(rows).to_csv("texts.csv")
    except PermissionError:
        pd.DataFrame(rows).to_csv(f"texts-{time.time():.0f}.csv")


def tried_before(paths):
    open("texts.csv", "a", encoding="utf-8").close()
    rows = []
    for path in paths:
        rows.append(model.transcribe([path])[0].text)
    with open("texts.csv", "w", encoding="utf-8") as file:
        file.writelines(rows)


def as_text(paths):
    rows = [model.transcribe([path])[0].text for path in paths]
    with open("texts.txt", "w", encoding="utf-8") as file:
        file.writelines(rows)


def into_memory(paths):
    rows = [model.transcribe([path])[0].text for path in paths]
    return pd.DataFrame(rows).to_csv(None)


def read_only(paths):
    rows = [model.transcribe([path])[0].text for path in paths]
    with open("known.csv", encoding="utf-8") as file:
        return rows, file.read()


def named_after_the_recording(path):
    text = model.transcribe([path])[0].text
    pd.DataFrame([text]).to_csv(path + ".csv")
    return text
