import torch

from ffnet.networks.cross_attention import HEADS, CrossAttention, Exchange


def test_it_is_torchs_attention_with_its_weights():
    torch.manual_seed(0)
    ours, maps, others = CrossAttention(6, 10, 8), torch.randn(2, 6, 3, 4), torch.randn(2, 10, 3, 4)
    tokens, seen = (values.flatten(2).transpose(1, 2) for values in (maps, others))
    norm, query = ours.query
    other_norm, both = ours.key_and_value
    key, value = both(other_norm(seen)).chunk(2, dim=-1)
    theirs = torch.nn.MultiheadAttention(8, HEADS, batch_first=True)
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.eye(8).repeat(3, 1))
        theirs.in_proj_bias.zero_()
        theirs.out_proj.weight.copy_(torch.eye(8))
        theirs.out_proj.bias.zero_()
    found, _ = theirs(query(norm(tokens)), key, value)
    torch.testing.assert_close(ours(maps, others), ours.back(found).transpose(1, 2).reshape(maps.shape))


def test_what_the_other_stream_shows_at_one_place_is_seen_everywhere():
    torch.manual_seed(0)
    attention, maps = CrossAttention(4, 4, 8), torch.randn(1, 4, 5, 5)
    others = torch.randn(1, 4, 5, 5)
    changed = others.clone()
    changed[:, 1, 0, 0] += 3
    assert (attention(maps, others) != attention(maps, changed)).any(dim=1).all()


def test_every_two_streams_look_at_each_other_and_keep_their_own_maps():
    torch.manual_seed(0)
    exchange = Exchange({"depth": 4, "normals": 6, "texture": 8}, 8)
    assert set(exchange.pairs) == {
        *("depth_from_normals", "depth_from_texture", "normals_from_depth"),
        *("normals_from_texture", "texture_from_depth", "texture_from_normals"),
    }
    maps = {"depth": torch.randn(1, 4, 3, 3), "normals": torch.randn(1, 6, 3, 3), "texture": torch.randn(1, 8, 3, 3)}
    found = exchange(maps)
    expected = maps["depth"] + sum(
        exchange.pairs[f"depth_from_{name}"](maps["depth"], maps[name]) for name in ("normals", "texture")
    )
    torch.testing.assert_close(found["depth"], expected)
    for pair in exchange.pairs.values():
        torch.nn.init.zeros_(pair.back.weight)
        torch.nn.init.zeros_(pair.back.bias)
    assert all(torch.equal(values, maps[name]) for name, values in exchange(maps).items())
