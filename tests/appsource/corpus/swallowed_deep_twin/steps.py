def first(path):
    return path
