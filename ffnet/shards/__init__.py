"""Network inputs: the seven channels, with masks and labels."""
