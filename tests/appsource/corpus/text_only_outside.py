from nemo.collections.asr.models import ASRModel


class LoadError(Exception):
    pass


def load(name):
    try:
        try:
            return ASRModel.from_pretrained(name)
        except Exception as first:
            raise LoadError(f"cannot load {name}: {first}")
    except Exception as error:  # expect: APP003
        print(f"Error: {error}")
        return None
