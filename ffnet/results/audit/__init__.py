"""Whether anything tested was also trained on."""
