"""Readers: one raw file in, one mesh, picture or set of landmarks out."""
