"""The 51 landmarks of brows, eyes, nose and mouth on the texture map (paper, section 2.2)."""

from ffnet.scans.detector import detect_face, predict_landmarks

SALIENT = slice(17, 68)  # of dlib's 68: all but the chin line


def find_landmarks(texture, settings):
    """Landmarks (51, 2) x, y in pixels of the small texture, and which box served: "detector" or "crop".

    texture: (S, S, 3) uint8 RGB; S is a multiple of settings.size. dlib sees the texture at settings.size, magnified,
    as it answers in whole pixels. The whole crop is the face's box where the detector finds none. A box that it finds
    is kept even if the landmarks in it turn out implausible: then the texture is not where the mesh is, and landmarks
    from the crop would hide that.
    """
    import cv2

    small = cv2.resize(texture, (settings.size, settings.size), interpolation=cv2.INTER_AREA)
    scale = settings.magnify
    large = cv2.resize(small, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    margin = round(settings.margin * len(large))
    large = cv2.copyMakeBorder(large, margin, margin, margin, margin, cv2.BORDER_CONSTANT)
    # magnified four times no face is too small for the detector: with the picture doubled once more it found no new one
    # in 288 demo scans, and 23 new ones in 1008 spoilt pictures, with landmarks hardly better than those from the crop
    box, served = detect_face(large, upsample=0), "detector"
    if box is None:
        edge = margin + (1 - settings.box) / 2 * scale * settings.size
        box, served = (edge, edge, len(large) - 1 - edge, len(large) - 1 - edge), "crop"
    # pixel centres: c in the small picture is scale * c + (scale - 1) / 2 in the large one
    return (predict_landmarks(large, box)[SALIENT] - margin - (scale - 1) / 2) / scale, served
