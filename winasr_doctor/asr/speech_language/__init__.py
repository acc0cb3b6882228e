"""Canary-Qwen: a speech-language model, which has no `.nemo` file and generates its answers.

NeMo calls the class SALM. It comes as `config.json` and `model.safetensors`, and needs the
configuration and the tokenizer of a language model from a second repository.
"""

from winasr_doctor.asr.speech_language.loading import Loaded, load

__all__ = ["Loaded", "load"]
