"""Keywords of version 0.1.0 have the effect of the new ones, with a warning that names the new one."""

import numpy as np
import pytest

import nn
from autograd import Tensor
from nn.callbacks.early_stopping import EarlyStopping

W, Z, Y, T = [1.0, 2.0], np.array([[0.5, -1.0], [2.0, 0.25]]), [0, 1], np.array([[0.0, 1.0], [1.0, 0.0]])
BOTH, SAMPLES = {"weights": "sample_weight", "class_weights": "class_weight"}, {"weights": "sample_weight"}


def clipped(clip):
    def norms(**keywords):
        p = Tensor([0.0, 0.0], requires_grad=True)
        p.grad = np.array([3.0, 4.0])
        clip([p], **keywords)
        return p.grad

    return norms


def batches(**keywords):
    return [batch.tolist() for batch in nn.Loader(np.arange(10), batch_size=4, **keywords)]


def attributes(make):
    return lambda **keywords: vars(make(**keywords))


CASES = [
    (clipped(nn.clip_gradients_by_norm), {"most": 1.0}, {"most": "max_norm"}),
    (clipped(nn.clip_gradients_by_value), {"most": 1.0}, {"most": "max_value"}),
    (attributes(nn.ClipGradients), {"norm": 1.0, "value": 2.0}, {"norm": "max_norm", "value": "max_value"}),
    (attributes(nn.EarlyStopping), {"by": 0.5}, {"by": "min_delta"}),
    (lambda **k: nn.train_test_split(np.arange(10), **k), {"test_fraction": 0.3}, {"test_fraction": "test_size"}),
    (lambda **k: nn.Embedding(**k, seed=0).weight.numpy(), {"count": 5, "features": 2},
     {"count": "num_embeddings", "features": "embedding_dim"}),
    (lambda **k: nn.schedules.cosine(4, **k)(3), {"least": 0.25}, {"least": "eta_min"}),
    (batches, {"share": (1, 2)}, {"share": "shard"}),
    (lambda **k: nn.one_hot([2, 0], **k), {"classes": 3}, {"classes": "num_classes"}),
    *[(lambda loss=loss, **k: loss(Z, Y, **k), {"weights": W, "class_weights": [1.0, 3.0]}, BOTH)
      for loss in (nn.cross_entropy, nn.nll, nn.multiclass_hinge)],
    *[(lambda loss=loss, **k: loss(1 / (1 + np.exp(-Z)), T, **k), {"weights": W, "class_weights": [1.0, 3.0]}, BOTH)
      for loss in (nn.binary_cross_entropy, nn.binary_cross_entropy_with_logits)],
    (lambda **k: nn.hinge(Z, 2 * T - 1, **k), {"weights": W, "class_weights": [1.0, 3.0]}, BOTH),
    *[(lambda loss=loss, **k: loss(Z, T, **k), {"weights": W}, SAMPLES)
      for loss in (nn.mean_squared_error, nn.mean_absolute_error, nn.huber, nn.kl_divergence)],
]  # fmt: skip


@pytest.mark.parametrize(("call", "old", "names"), CASES)
def test_an_old_keyword_means_the_new_one(call, old, names):
    new = {names[name]: value for name, value in old.items()}
    with pytest.warns(DeprecationWarning, match="is deprecated: write ") as warnings:
        found = call(**old)
    assert [str(w.message).rpartition("write ")[2].partition("=")[0] for w in warnings] == list(new)
    np.testing.assert_equal(found, call(**new))


def test_higher_is_better_means_mode_max():
    with pytest.warns(DeprecationWarning, match=r"argument higher_is_better of EarlyStopping is deprecated: write mode='max'"):
        assert vars(nn.EarlyStopping(higher_is_better=True)) == vars(nn.EarlyStopping(mode="max"))
    with pytest.raises(ValueError, match=r"^mode must be one of auto, min, max, not 'up'$"):
        nn.EarlyStopping(mode="up")


def test_old_attributes_and_pickles_are_read():
    stopping = EarlyStopping.__new__(EarlyStopping)
    stopping.__setstate__({"monitor": "loss", "patience": 1, "by": 0.5, "sign": 1.0})
    assert stopping.min_delta == 0.5
    with pytest.warns(DeprecationWarning, match="read min_delta"):
        assert stopping.by == 0.5
    loader = nn.Loader.__new__(nn.Loader)
    loader.__setstate__(vars(nn.Loader(np.arange(4), shuffle=False)) | {"_share": (0, 1)})
    assert len(list(loader)) == 1
