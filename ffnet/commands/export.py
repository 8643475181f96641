"""export: writes a trained model as ONNX."""

import os
import textwrap

from ffnet.commands.printing import WIDTH
from ffnet.errors import InputError
from ffnet.predict.onnx_file import write_onnx
from ffnet.predict.predictor import load


def export_model(model: str, out: str | None) -> int:
    """Writes a model file as ONNX and prints how closely the two agree. out: None for the same name with .onnx.

    Returns 0. Raises InputError if the file cannot be written.
    """
    out = f"{os.path.splitext(model)[0]}.onnx" if out is None else out
    if not out.endswith(".onnx"):
        raise InputError(f"--out: expected a name ending in .onnx, got '{out}'")
    predictor = load(model)
    try:
        difference = write_onnx(out, predictor)
    except OSError as error:
        raise InputError(f"{out}: cannot be written ({error.strerror}); choose another file with --out") from error
    print(f"{out}: {predictor.header['name']}, classes {', '.join(predictor.classes)}")
    print(f"onnxruntime gives the same probabilities on random maps (largest difference {difference:.1e}).")
    print("\n".join(textwrap.wrap(predictor.header.get("licence", ""), WIDTH)))
    return 0
