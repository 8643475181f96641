"""A synthetic collection from CC0 data, written in the native formats of BU-3DFE and Bosphorus."""
