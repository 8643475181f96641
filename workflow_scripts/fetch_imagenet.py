"""Download torchvision's VGG16-BN, or read the file put in place by hand, and keep its convolutions."""

from ffnet.workflow.job_log import job_log

with job_log(snakemake.log[0]):
    from ffnet.networks.fetch import fetch_weights, imagenet_url
    from ffnet.networks.pretrained import read_features, write_features

    path = fetch_weights(imagenet_url(), snakemake.params.folder)
    write_features(snakemake.output[0], read_features(path), path)
