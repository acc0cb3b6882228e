from engine import second


def first(path):
    return second(path)
