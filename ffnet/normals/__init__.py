"""Unit surface normals of depth maps (paper, section 2.2)."""
