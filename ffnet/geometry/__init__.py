"""Meshes in millimetres and orthographic ray casting."""
