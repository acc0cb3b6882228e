import os
from datetime import datetime


class Item:
    def __init__(self, name):
        self.name = name
        self.created_at = datetime.now().strftime("%Y-%m-%d %H:%M:%S")


class Transcript:
    def __init__(self, item, folder):
        self.folder = folder
        self.created_at = item.created_at
        self.path = self.path_of(item)

    def path_of(self, item):
        name = f"[{item.name}]-[{item.language}]-[{item.model}]-[{item.number}]-[{self.created_at}]"
        return os.path.join(self.folder, f"{name}-{item.title}-{item.size}.txt")


def write(item, text):
    transcript = Transcript(item, "out")
    path = transcript.path
    try:
        with open(path, "w", encoding="utf-8") as file:  # expect: APP020
            file.write(text)
    except OSError as error:
        print(error)
