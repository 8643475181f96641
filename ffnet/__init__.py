"""FFNet-M: 2D+3D facial expression recognition, from raw scans to accuracy tables."""
