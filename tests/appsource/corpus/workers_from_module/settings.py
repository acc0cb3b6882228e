def config_for(recogniser):
    return recogniser.get_transcribe_config()
