from engine import Engine

engine = Engine()


def on_click(path):
    try:
        return engine.text(path)
    except Exception as error:
        return f"Error: {error}"
