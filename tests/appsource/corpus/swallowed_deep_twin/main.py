from steps import first


def clicked(path):
    try:
        return first(path)
    except Exception:
        return ""
