"""Which rows of the table of experiments make sense: every other is refused by name, with what to do."""

from collections.abc import Iterator

from ffnet.errors import InputError
from ffnet.networks.settings import (
    ADAPTIVE,
    APART,
    CONCAT,
    CROSS,
    DEEP,
    EARLY,
    GEOMETRY,
    LAYER,
    LINEAR,
    MASK_MODULATION,
    NONE,
    PLAIN_LOSS,
    RIDGE,
    SCATTERING,
    ExperimentSettings,
)
from ffnet.settings import check_folder_name

STACKS = {"f3dnet", "vgg16_bn"}  # backbones whose maps are 14x14 behind the second site
ANY_CHANNELS = {"f3dnet", "resnet18"}  # backbones that take any number of channels


def check_experiments(experiments: dict[str, ExperimentSettings], where: str) -> None:
    """Raises InputError that names the row and what is wrong with it. experiments: by name."""
    for name, experiment in experiments.items():
        row = f"{where}.{name}"
        check_folder_name(name, row)
        for problem in _problems(experiment):
            raise InputError(f"{row}: {problem}")


def _problems(row: ExperimentSettings) -> Iterator[str]:
    yield from _backbone_problems(row)
    yield from _curvature_problems(row)
    if row.is_ridge:
        return
    yield from _fusion_problems(row)
    yield from _attention_problems(row)
    yield from _loss_problems(row)


def _backbone_problems(row: ExperimentSettings) -> Iterator[str]:
    used = set(row.streams.values()) - {NONE}
    if not used and row.masks != RIDGE:
        yield "depth, normals and texture are all 'none'; at least one must be in use"
    for kind in sorted(used & LINEAR):
        if used != {kind}:
            yield f"'{kind}' cannot be fused with a network or another classifier; use it for every modality or none"
    if row.scatters and row.masks != NONE:
        yield f"masks is '{row.masks}', but the scattering transform has none; use masks: none"
    if row.is_ridge and (row.masks not in (NONE, RIDGE) or used - LINEAR):
        yield (
            f"masks is '{row.masks}'; the linear floor takes 'none', or 'ridge' to see mask-1 as one more picture, and"
            " a network 'none', 'own', 'mean', 'other', 'identity' or 'curvature'"
        )
    if row.is_ridge and row.networks:
        yield f"{_linear(row)} is not a network; leave out 'networks'"
    pieces = [piece.split()[0] for piece in row.pieces if not (row.scatters and piece.startswith("curvature"))]
    if row.is_ridge and pieces:
        yield f"{_linear(row)} is not a network; leave out {pieces[0]}"
    if "pretrained" in row.networks and "vgg16_bn" not in used:
        yield "only vgg16_bn has pretrained weights; leave out networks.pretrained"


def _linear(row: ExperimentSettings) -> str:
    return f"'{SCATTERING if row.scatters else RIDGE}'"


def _curvature_problems(row: ExperimentSettings) -> Iterator[str]:
    if row.curvature != NONE and row.normals == NONE:
        yield f"curvature is '{row.curvature}', a map that is seen by what sees the normals, but normals is 'none'"


def _fusion_problems(row: ExperimentSettings) -> Iterator[str]:
    kinds, fusion = set(row.streams.values()), row.fusion
    if fusion == GEOMETRY:
        if row.depth == NONE or row.normals == NONE or row.texture == NONE:
            yield "fusion 'geometry' stacks depth and normals beside the texture; all three must be in use"
        kinds = {row.depth, row.normals}
    elif fusion != CONCAT and len(row.streams) < 2:
        yield f"fusion '{fusion}' joins several maps; use more than one, or fusion: concat"
    if fusion in (EARLY, GEOMETRY) and (len(kinds) > 1 or not kinds <= ANY_CHANNELS):
        yield f"fusion '{fusion}' stacks maps for one backbone; make it f3dnet or resnet18 for all of them"
    if fusion == DEEP and kinds != {"f3dnet"}:
        yield "fusion 'deep' has one f3dnet for all maps; make it f3dnet for each of them"
    if fusion == DEEP and row.masks != NONE:
        yield f"fusion 'deep' has no masks, but masks is '{row.masks}'; use masks: none"
    if fusion == ADAPTIVE and not kinds <= STACKS:
        yield "fusion 'adaptive' takes f3dnet and vgg16_bn; resnet18 has no maps that fit theirs"


def _attention_problems(row: ExperimentSettings) -> Iterator[str]:
    kinds, attention = set(row.streams.values()), row.attention
    if attention == LAYER and (row.fusion != EARLY or kinds != {"resnet18"} or row.masks != NONE):
        yield "attention 'layer' is AMDFN's: use resnet18 for every map, fusion: early and masks: none"
    if attention == MASK_MODULATION and row.masks in (NONE, "identity"):
        yield f"attention 'mask_modulation' works with masks, but masks is '{row.masks}'; use masks: own"
    if attention == CROSS and (row.fusion not in (CONCAT, GEOMETRY) or len(row.streams) < 2 or not kinds <= STACKS):
        yield "attention 'cross' is between streams of f3dnet or vgg16_bn: use two or more, and fusion: concat"
    if attention != NONE and row.fusion == DEEP:
        yield f"fusion 'deep' has no attention, but attention is '{attention}'; use attention: none"


def _loss_problems(row: ExperimentSettings) -> Iterator[str]:
    heads = 2 if row.fusion == GEOMETRY else len(row.streams) if row.fusion == CONCAT else 1
    if row.learning == APART and heads < 2:
        yield "learning 'apart' is for streams with own heads: use two or more, and fusion: concat or geometry"
    if row.loss.orthogonal and heads < 2:
        yield "loss.orthogonal is between streams with own heads: use two or more, and fusion: concat or geometry"
    if row.loss.form != PLAIN_LOSS.form and not row.loss.orthogonal:
        yield "loss.form is the form of loss.orthogonal, which is 0; set it, or leave out loss.form"
    if row.loss.sigma != PLAIN_LOSS.sigma and not row.loss.dimensional:
        yield "loss.sigma is the width of loss.dimensional, which is 0; set it, or leave out loss.sigma"
    if row.loss.focal and row.loss.smoothing:
        yield "loss.focal and loss.smoothing both change the cross-entropy; leave out one"
