def config_for(recogniser):
    made = recogniser.get_transcribe_config()
    setattr(made, "num_workers", 0)
    return made
