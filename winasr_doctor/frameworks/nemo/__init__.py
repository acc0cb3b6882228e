"""Everything that is NVIDIA NeMo's: its names, where it makes folders, its state and its calls."""
