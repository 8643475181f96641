"""export: a final model as ONNX."""

import os
import textwrap

from ffnet.commands.printing import WIDTH
from ffnet.errors import InputError
from ffnet.predict.onnx_file import write_onnx
from ffnet.predict.predictor import load


def export_model(model: str, out: str | None) -> int:
    """Writes the ONNX file of a final model, beside it where `out` is None, and prints how well both agree.

    Returns 0. Raises InputError where nothing can be written.
    """
    out = f"{os.path.splitext(model)[0]}.onnx" if out is None else out
    if not out.endswith(".onnx"):
        raise InputError(f"--out: a name that ends in .onnx is needed, '{out}' came")
    predictor = load(model)
    try:
        difference = write_onnx(out, predictor)
    except OSError as error:
        raise InputError(f"{out}: cannot be written ({error.strerror}); name another file with --out") from error
    print(f"{out}: {predictor.header['name']}, classes {', '.join(predictor.classes)}")
    print(f"onnxruntime gives the same probabilities on random maps (largest difference {difference:.1e}).")
    print("\n".join(textwrap.wrap(predictor.header.get("licence", ""), WIDTH)))
    return 0
