"""The seven channels, masks and labels as the networks eat them."""
