"""Everything specific to the libraries that download models: huggingface_hub and torch.hub."""
