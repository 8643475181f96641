from ffnet.seeds import seed_of


def test_a_seed_is_the_start_of_a_sha256():
    # printf '1\x1fbu3dfe\x1f0' | sha256sum, its first 8 bytes big-endian, halved
    assert seed_of(1, "bu3dfe", 0) == 85131181640571065


def test_parts_do_not_run_together():
    assert len({seed_of(1, 2), seed_of(12), seed_of(2, 1), seed_of("1", 2, 0)}) == 4


def test_seeds_differ_where_joined_texts_would_not():
    assert seed_of(1, "a", 12) != seed_of(1, "a1", 2)
    assert 0 <= seed_of("anything") < 2**63
    assert seed_of(0, "FFNet-M", 0, 0) == 9212410953144046610
