import os
from datetime import datetime


class Item:
    def __init__(self, name, folder):
        self.name = name
        self.shown = datetime.now().strftime("%Y-%m-%d %H:%M:%S")
        self.stamp = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
        self.path = self.path_of(folder)

    def path_of(self, folder):
        return os.path.join(folder, f"{self.name}-{self.stamp}.txt")


def write(item, text):
    with open(item.path, "w", encoding="utf-8") as file:
        file.write(f"{item.shown}: {text}")
