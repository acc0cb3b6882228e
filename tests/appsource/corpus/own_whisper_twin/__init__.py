from .whisper import *
