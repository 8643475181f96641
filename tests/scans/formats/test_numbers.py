import numpy as np
import pytest

from ffnet.scans.formats.numbers import CHUNK, read_numbers


def doubles():
    """Doubles of every size and sign, and the decimal places that files write."""
    random = np.random.default_rng(0)
    bits = random.integers(0, 2**64, 20_000, dtype=np.uint64).view(np.float64)
    sizes = random.normal(size=20_000) * 10.0 ** random.integers(-12, 12, 20_000)
    return np.concatenate([bits[np.isfinite(bits)], sizes, random.normal(size=20_000) * 80, [0.0, -0.0, 5e-324]])


@pytest.mark.parametrize("form", ["%r", "%.4f", "%.6f", "%.9g", "%.6e", "%.15g", "%.0f", "%.24f", "%+.3f"])
def test_every_bit_is_as_float_reads_it(form):
    words = [form % float(value) for value in doubles()]
    expected = np.array([float(word) for word in words])
    got = read_numbers(" ".join(words).encode(), np.float64)
    np.testing.assert_array_equal(got.view(np.int64), expected.view(np.int64))


def test_halfway_cases_at_the_edge_of_the_fast_way_are_rounded_as_float_rounds():
    words = [
        f"{sign}{2**53 + step}.{digits}" for sign in ("", "-") for step in range(-3, 4) for digits in ("", "5", "49")
    ]
    words += [f"{2**53 + step}"[:k] + "." + f"{2**53 + step}"[k:] for step in range(-3, 4) for k in range(17)]
    words += [f".{'0' * zeros}123456789" for zeros in range(30)]
    for word in words:  # one at a time, so that none sends another the slow way
        assert read_numbers(word.encode(), np.float64)[0].hex() == float(word).hex(), word


def test_whole_numbers_are_read_at_every_size():
    words = ["0", "-1", "+7", "007", str(2**53), str(-(2**63)), str(2**63 - 1)]
    assert read_numbers(" ".join(words).encode(), np.int64).tolist() == [int(word) for word in words]


def test_blanks_commas_and_chunks_part_numbers_and_nothing_else_does():
    assert read_numbers(b" ,\t1,,2\r\n3\r4\f5 , ", np.int64).tolist() == [1, 2, 3, 4, 5]
    assert len(read_numbers(b" \n, ", np.float64)) == len(read_numbers(b"", np.int64)) == 0
    many = np.arange(3 * CHUNK)
    assert (read_numbers(",".join(map(str, many)).encode(), np.int64) == many).all()
    assert read_numbers(b"7 8 9", np.int64, start=2, end=3).tolist() == [8]


@pytest.mark.parametrize(
    "word", ["1.2.3", ".", "-", "-.", "1-2", "1.-2", "--1", "0x10", "1_0", "1e", "a", "1\0", "\xb2"]
)
@pytest.mark.parametrize("around", ["{}", "4 5.5 {} 6.25 7", ". 2-3 {}"])
def test_what_is_no_number_is_named_and_never_passed_over(word, around):
    with pytest.raises(ValueError, match="b'"):
        read_numbers(around.format(word).encode("latin-1"), np.float64)
    with pytest.raises(ValueError, match="b'"):
        read_numbers(word.encode("latin-1"), np.int64)


def test_a_whole_number_beyond_64_bits_is_refused():
    with pytest.raises(ValueError, match="beyond 64 bits"):
        read_numbers(b"1 9223372036854775808", np.int64)


def test_fractions_are_no_whole_numbers():
    with pytest.raises(ValueError, match="2.0"):
        read_numbers(b"1 2.0", np.int64)
