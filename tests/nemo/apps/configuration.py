"""Read the configuration in a model's archive."""

import sys

from nemo.utils.model_utils import load_config

try:
    print(load_config(sys.argv[1]).target)
except Exception as error:
    print(f"failed: {type(error).__name__}")
