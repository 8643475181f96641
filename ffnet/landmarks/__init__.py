"""dlib's detector and landmarks, and the mean face that poses and landmarks are compared with."""
