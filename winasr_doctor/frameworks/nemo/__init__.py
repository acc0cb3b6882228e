"""Everything specific to NVIDIA NeMo: its names, temporary folders, global state and calls."""
