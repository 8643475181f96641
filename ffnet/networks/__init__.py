"""F3DNet(-M), VGG16-BN(-M) and their fusion (paper, section 2.3)."""
