import torch

from ffnet.networks.subcentres import Subcentres


def test_the_largest_score_among_the_centres_of_a_class_counts():
    classifier = Subcentres(2, classes=2, count=3)
    with torch.no_grad():
        classifier.weight.copy_(torch.tensor([[1.0, 0], [0, 1], [-1, 0], [2, 0], [0, 2], [0, -2]]))
        classifier.bias.zero_()
    scores = classifier(torch.tensor([[1.0, 0.0], [0.0, -1.0], [-1.0, 0.0]]))
    assert scores.tolist() == [[1, 2], [0, 2], [1, 0]]


def test_one_centre_is_the_linear_classifier():
    torch.manual_seed(0)
    classifier, features = Subcentres(5, 3, 1), torch.randn(4, 5)
    torch.testing.assert_close(classifier(features), torch.nn.Linear.forward(classifier, features))
