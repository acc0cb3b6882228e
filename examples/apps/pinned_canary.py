"""A script as people write it: it pins a model to a hash that was cut off when it was copied."""

from nemo.collections.speechlm2.models import SALM

CANARY_PINNED_REVISION = "2399591399e4e6438fa7804f2f1f660"

MODELS = {
    "canary": {"repo": "nvidia/canary-qwen-2.5b", "revision": CANARY_PINNED_REVISION},
}


def load(name: str) -> SALM:
    """Load a model of the table at its pinned revision."""
    config = MODELS[name]
    return SALM.from_pretrained(config["repo"], revision=config.get("revision"))


if __name__ == "__main__":
    print(load("canary"))
