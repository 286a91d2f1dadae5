"""The training loop: one step worked out by hand, order, resuming, and what is said of a network that failed."""

import errno

import numpy as np
import pytest

from bonescan import files
from bonescan.backend import keras
from bonescan.scoring.verdict import cross_entropy
from bonescan.training import checkpoint, prediction
from bonescan.training import fit as training
from bonescan.training.checkpoint import Checkpoint

SIDE = 4

NEVER = 1e-9
"""A bound that no loss reaches."""


def small_network(seed=1):
    """A network with all that has a state: weights, biases, moving statistics."""
    keras.utils.set_random_seed(seed)
    images = keras.Input((SIDE, SIDE, 1))
    x = keras.layers.Conv2D(3, 3, padding="same")(images)
    x = keras.layers.BatchNormalization()(x)
    x = keras.layers.Flatten()(keras.layers.ReLU()(x))
    x = keras.layers.Dense(2)(x)
    return keras.Model(images, keras.layers.Softmax(name="softmax")(x))


def linear_network(penalty=None):
    """One FC layer, its weights at 0."""
    images = keras.Input((1, 1, 1))
    x = keras.layers.Flatten()(images)
    x = keras.layers.Dense(2, kernel_initializer="zeros", kernel_regularizer=penalty, name="fc")(x)
    return keras.Model(images, keras.layers.Softmax(name="softmax")(x))


def flat_network(seed=1):
    """A network without batch normalisation, which sees an image alike alone and in a batch."""
    keras.utils.set_random_seed(seed)
    images = keras.Input((SIDE, SIDE, 1))
    x = keras.layers.Dense(2)(keras.layers.Flatten()(images))
    return keras.Model(images, keras.layers.Softmax(name="softmax")(x))


@pytest.fixture
def examples():
    """Ten noise images, brighter where the label is 1."""
    labels = np.array([0, 1] * 5)
    images = np.random.default_rng(5).normal(size=(10, SIDE, SIDE)) + labels[:, None, None]
    return images.astype(np.float32), labels


def test_one_step_of_gradient_descent_by_hand():
    # From weights at 0 both probabilities are 1/2. For labels 0 and 1 and images 2 and 6 the gradients of the mean
    # cross-entropy are, to the weights of output 0, (2 (1/2 - 1) + 6 (1/2)) / 2 = 1, to its bias 0; output 1 opposite.
    model = linear_network()
    images = np.array([2, 6], np.float32).reshape(2, 1, 1)
    loss, accuracy = training.Training(model, images, np.array([0, 1]), 2, 0.1).run_epoch(np.array([1, 0]))
    weights, biases = model.get_layer("fc").get_weights()
    np.testing.assert_allclose(weights, [[-0.1, 0.1]], rtol=1e-6)
    np.testing.assert_allclose(biases, [0, 0], atol=1e-7)
    assert loss == pytest.approx(np.log(2))
    assert accuracy == 0.5


def test_penalty_pulls_on_the_weights_but_is_no_part_of_the_loss():
    model = linear_network(keras.regularizers.L2(0.5))
    model.get_layer("fc").set_weights([np.array([[1.0, 1.0]]), np.zeros(2)])
    image = np.zeros((1, 1, 1), np.float32)
    loss, _ = training.Training(model, image, np.array([0]), 1, 0.1).run_epoch(np.array([0]))
    # Eq. 3: the gradient of 0.5 w^2 is w; the image is 0, so nothing else moves the weights.
    np.testing.assert_allclose(model.get_layer("fc").get_weights()[0], [[0.9, 0.9]], rtol=1e-6)
    assert loss == pytest.approx(np.log(2))


def test_epoch_takes_whole_batches(examples):
    images, labels = examples
    trained = training.Training(small_network(), images, labels, batch_size=4, learning_rate=0.1)
    trained.run_epoch(np.arange(10))
    assert int(trained.optimizer.iterations) == 2


def test_fewer_images_than_a_batch_are_one_step(examples):
    images, labels = examples
    trained = training.Training(small_network(), images, labels, batch_size=32, learning_rate=0.1)
    trained.run_epoch(np.arange(10))
    assert int(trained.optimizer.iterations) == 1


def test_epoch_means_are_over_the_images_of_its_batches(examples):
    images, labels = examples
    model = flat_network()
    # A rate too small to move anything: all steps see the same network.
    order = np.array([3, 8, 1, 9, 0, 2, 7, 4, 6, 5])
    loss, accuracy = training.Training(model, images, labels, 4, 1e-12).run_epoch(order)
    logits, seen = prediction.predict_logits(model, images), order[:8]
    assert loss == pytest.approx(cross_entropy(logits[seen], labels[seen]), rel=1e-5)
    assert accuracy == np.mean(logits.argmax(axis=1)[seen] == labels[seen])


def test_order_hangs_on_seed_and_epoch_alone():
    order = training.epoch_order(100, seed=1, epoch=2)
    assert sorted(order) == list(range(100))
    assert np.array_equal(order, training.epoch_order(100, seed=1, epoch=2))
    assert not np.array_equal(order, training.epoch_order(100, seed=1, epoch=3))
    assert not np.array_equal(order, training.epoch_order(100, seed=2, epoch=2))


def train(examples, epochs, keep=None, rate=0.1, bound=None):
    """Train the small network, or with a bound the flat one; return it and its fit."""
    model = small_network() if bound is None else flat_network()
    settings = {"batch_size": 4, "learning_rate": rate, "seed": 1, "end_below_loss": bound}
    return model, training.fit(model, *examples, epochs=epochs, checkpoint=keep, **settings)


def test_history_has_one_row_an_epoch(examples):
    _, fit = train(examples, 30)
    assert list(fit.history.columns) == ["epoch", "loss", "accuracy", "seconds"]
    assert list(fit.history["epoch"]) == list(range(1, 31))
    assert fit.history["loss"].iloc[-1] < fit.history["loss"].iloc[0]
    assert fit.record()["images_per_s"] == pytest.approx(240 / fit.history["seconds"].sum())


@pytest.fixture
def every_epoch(monkeypatch):
    """Write a checkpoint after each epoch, however short."""
    monkeypatch.setattr(checkpoint, "INTERVAL", 0)
    monkeypatch.setattr(checkpoint, "WRITING", np.inf)


@pytest.mark.usefixtures("every_epoch")
def test_resumed_training_ends_with_the_same_bits(examples, tmp_path):
    unbroken, whole = train(examples, 5)
    path = tmp_path / "kept" / "training.npz"
    train(examples, 2, Checkpoint(path, {"rate": 0.1}))
    resumed, rest = train(examples, 5, Checkpoint(path, {"rate": 0.1}))
    assert (whole.resumed_from, rest.resumed_from) == (0, 2)
    assert all(map(np.array_equal, unbroken.get_weights(), resumed.get_weights()))
    assert rest.history.drop(columns="seconds").equals(whole.history.drop(columns="seconds"))


def test_training_ends_after_the_first_epoch_below_the_bound(examples):
    losses = train(examples, 30, bound=NEVER)[1].history["loss"]
    model, fit = train(examples, 30, bound=losses[10])
    last = len(fit.history)
    assert 1 < last < 30 and max(losses[last - 1], cross_entropy(fit.logits, examples[1])) < losses[10]
    assert (fit.record()["epochs"], fit.record()["epochs_allowed"]) == (last, 30)
    assert all(map(np.array_equal, model.get_weights(), train(examples, last, bound=NEVER)[0].get_weights()))
    for epoch in np.flatnonzero(losses[: last - 1] < losses[10]) + 1:
        assert cross_entropy(train(examples, epoch, bound=NEVER)[1].logits, examples[1]) >= losses[10]


def test_an_unlucky_last_step_is_no_end():
    # Labels 0 and 1, images 1 and -1: weights of 20 tell them apart, weights of -1 do not.
    model, labels = linear_network(), np.array([0, 1])
    images = np.array([1, -1], np.float32).reshape(2, 1, 1)
    for weight, ends in ((20.0, True), (-1.0, False)):
        model.get_layer("fc").set_weights([np.array([[weight, -weight]]), np.zeros(2)])
        assert training.nothing_left(model, images, labels, 0.01, 0.02) is ends
    model.get_layer("fc").set_weights([np.array([[20.0, -20.0]]), np.zeros(2)])
    assert not training.nothing_left(model, images, labels, 0.02, 0.02), "a loss at the bound"
    assert not training.nothing_left(model, images, labels, 0.01, None)
    assert not training.nothing_left(model, images, labels, np.nan, 0.02)


def test_penalty_does_not_keep_a_training_from_its_end():
    # A penalty of hundreds beside a cross-entropy below 1.
    model = linear_network(keras.regularizers.L2(1.0))
    model.get_layer("fc").set_weights([np.full((1, 2), 20.0), np.zeros(2)])
    options = {"batch_size": 1, "learning_rate": 1e-6, "seed": 1, "end_below_loss": 1.0}
    assert len(training.fit(model, np.zeros((1, 1, 1), np.float32), np.array([0]), epochs=5, **options).history) == 1


@pytest.mark.usefixtures("every_epoch")
@pytest.mark.parametrize("before_end", [1, 3])
def test_resumed_training_ends_at_the_same_epoch_with_the_same_bits(examples, tmp_path, before_end):
    bound = train(examples, 30, bound=NEVER)[1].history["loss"][10]
    unbroken, whole = train(examples, 30, bound=bound)
    last, path = len(whole.history), tmp_path / "training.npz"
    train(examples, last - before_end, Checkpoint(path, {}), bound=bound)
    resumed, rest = train(examples, 30, Checkpoint(path, {}), bound=bound)
    assert (rest.resumed_from, len(rest.history)) == (last - before_end, last)
    assert all(map(np.array_equal, unbroken.get_weights(), resumed.get_weights()))


@pytest.mark.usefixtures("every_epoch")
def test_the_epoch_that_ends_a_training_is_not_gone_on_from(examples, tmp_path):
    """A training that is killed after its last epoch, and before its files are written, ends there again."""
    path = tmp_path / "training.npz"
    bound = train(examples, 30, bound=NEVER)[1].history["loss"][10]
    whole, again = (train(examples, 30, Checkpoint(path, {}), bound=bound) for _ in range(2))
    assert again[1].resumed_from == len(whole[1].history) - 1
    assert all(map(np.array_equal, whole[0].get_weights(), again[0].get_weights()))


def test_a_training_with_another_bound_is_another_training(examples):
    settings = dict.fromkeys(("width", "initial_weights", "batch_size", "learning_rate", "end_below_loss"), 1)
    compute = dict.fromkeys(("backend", "precision", "deterministic", "images_at_once"))
    first, second = (training.identify({}, settings | {"end_below_loss": to}, compute, 1, *examples) for to in (1, 2))
    assert first != second


@pytest.mark.usefixtures("every_epoch")
def test_training_with_other_settings_starts_afresh(examples, tmp_path):
    path = tmp_path / "training.npz"
    train(examples, 2, Checkpoint(path, {"rate": 0.1}))
    assert train(examples, 3, Checkpoint(path, {"rate": 0.2}))[1].resumed_from == 0


@pytest.mark.usefixtures("every_epoch")
def test_training_never_goes_on_beyond_its_epochs(examples, tmp_path):
    path = tmp_path / "training.npz"
    train(examples, 4, Checkpoint(path, {}))
    fewer = train(examples, 3, Checkpoint(path, {}))[1]
    assert fewer.resumed_from == 0 and len(fewer.history) == 3


@pytest.mark.usefixtures("every_epoch")
@pytest.mark.parametrize("damage", ["cut", "empty", "flipped"])
def test_damaged_checkpoint_costs_time_but_not_the_result(examples, tmp_path, damage, caplog):
    path = tmp_path / "training.npz"
    train(examples, 2, Checkpoint(path, {}))
    content = bytearray(path.read_bytes())
    if damage == "flipped":
        # Within the header and numbers of the first variable.
        content[content.index(b"variable0.npy") + 300] ^= 255
    path.write_bytes({"cut": content[: len(content) // 2], "empty": b"", "flipped": content}[damage])
    unbroken, _ = train(examples, 3)
    afresh, fit = train(examples, 3, Checkpoint(path, {}))
    assert fit.resumed_from == 0
    assert "cannot be read" in caplog.text
    assert all(map(np.array_equal, unbroken.get_weights(), afresh.get_weights()))


def test_checkpoint_waits_until_it_is_due(examples, tmp_path):
    path = tmp_path / "training.npz"
    train(examples, 2, Checkpoint(path, {}))
    assert not path.exists()


@pytest.mark.usefixtures("every_epoch")
def test_full_disk_costs_the_checkpoint_not_the_training(examples, tmp_path, monkeypatch, caplog):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    _, fit = train(examples, 2, Checkpoint(tmp_path / "training.npz", {}))
    assert len(fit.history) == 2
    assert "no checkpoint after epoch 1" in caplog.text
    assert list(tmp_path.iterdir()) == []


def test_removal_takes_what_a_kill_left_behind(tmp_path):
    path = tmp_path / "kept" / "training.npz"
    path.parent.mkdir()
    path.touch()
    (path.parent / ".training.x1y2z3a4.part.npz").touch()
    Checkpoint(path, {}).remove()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("every_epoch")
def test_many_kills_do_not_fill_the_disk(examples, tmp_path):
    path = tmp_path / "training.npz"
    train(examples, 1, Checkpoint(path, {}))
    (tmp_path / ".training.x1y2z3a4.part.npz").touch()
    files.remove_leftovers.cache_clear()  # of another process
    _, fit = train(examples, 2, Checkpoint(path, {}))
    assert fit.resumed_from == 1
    assert list(tmp_path.iterdir()) == [path]


def test_divergence_ends_the_training(examples):
    _, fit = train(examples, 50, rate=1e30)
    assert len(fit.history) < 50
    assert fit.record()["last_epoch_loss"] is None


def test_probabilities_keep_the_rank_of_sure_images():
    logits = np.array([[0.0, 0.0], [0.0, np.log(3)], [30.0, 0.0], [31.0, 0.0], [0.0, 30.0], [0.0, 31.0]])
    probabilities = prediction.probability_of_metastasis(logits)
    np.testing.assert_allclose(probabilities[:3], [0.5, 0.75, np.exp(-30)], rtol=1e-9)
    assert probabilities[3] < probabilities[2]
    assert probabilities[4] < probabilities[5] < 1


def test_prediction_is_the_same_in_pieces(examples, monkeypatch):
    images, _ = examples
    model = small_network()
    whole = prediction.predict_logits(model, images)
    monkeypatch.setattr(prediction, "PIXELS_AT_ONCE", 3 * SIDE * SIDE)
    np.testing.assert_allclose(prediction.predict_logits(model, images), whole, rtol=1e-5)


def test_fingerprint_tells_images_and_labels_apart(examples):
    images, labels = examples
    assert training.fingerprint(images, labels) == training.fingerprint(images.copy(), labels.copy())
    assert training.fingerprint(images, labels) != training.fingerprint(images, 1 - labels)
    assert training.fingerprint(images, labels) != training.fingerprint(images + 1, labels)
