"""Native files to one mesh form: read, turned to the camera, cropped."""
