import csv

import openpyxl
import pandas as pd
from nemo.collections.asr.models import ASRModel

model = ASRModel.restore_from("m.nemo")


def text_of(path):
    return model.transcribe([path])[0].text


def table(paths):
    rows = []
    for path in paths:
        rows.append((path, model.transcribe([path])[0].text))
    pd.DataFrame(rows).to_csv("texts.csv")  # expect: APP019


def through_a_helper(paths, target):
    texts = [text_of(path) for path in paths]
    pd.DataFrame(texts).to_excel(target)  # expect: APP019


def by_hand(paths):
    texts = {}
    for path in paths:
        texts[path] = text_of(path)
    target = "out/texts.csv"
    with open(target, "w", newline="", encoding="utf-8") as file:  # expect: APP019
        csv.writer(file).writerows(texts.items())


def workbook(paths):
    book = openpyxl.Workbook()
    for path in paths:
        book.active.append([path, text_of(path)])
    book.save(f"{len(paths)} texts.xlsx")  # expect: APP019


def reraised(paths):
    texts = []
    while paths:
        texts.append(text_of(paths.pop()))
    try:
        pd.DataFrame(texts).to_csv("texts.csv")  # expect: APP019
    except PermissionError:
        raise


def the_same_name_each_time(path):
    text = text_of(path)
    target = "transcript.csv"
    pd.DataFrame([text]).to_csv(target)  # expect: APP019
    return text
