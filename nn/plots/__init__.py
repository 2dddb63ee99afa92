"""Pictures of training and its results, by matplotlib; each function gives back the axes it drew in, and can be given them.

They can be read in grey and by the colour-blind: what colour tells apart, a marker, a dash or a line tells apart too.

training_curves                            how it went
decision_boundary                          where the classes are, in the plane
confusion_table                            which classes are taken for which
image_grid, weight_images                  data, and weights in their form
histograms, largest_weights, saturation    what happened inside, seen by a `Watch`
"""

from autograd.support.public import publish
from nn.plots.boundary import decision_boundary
from nn.plots.confusion import confusion_table
from nn.plots.curves import training_curves
from nn.plots.diagnostics import histograms, largest_weights, saturation
from nn.plots.images import image_grid, weight_images
from nn.plots.style import COLORS, LINES

__all__ = [
    "COLORS", "LINES", "confusion_table", "decision_boundary", "histograms", "image_grid", "largest_weights", "saturation",
    "training_curves", "weight_images",
]  # fmt: skip

publish(globals())
