"""Figures of training and its results, by matplotlib; each function takes axes or makes them, and returns them.

They are readable in grey and by colour-blind people: colours are accompanied by markers, dashes or lines.

training_curves                            loss and metrics per epoch
decision_boundary                          regions of the classes in the plane
confusion_table                            confusion matrix
image_grid, weight_images                  data and weights as images
response_maps                              responses of the units of a layer in the plane
histograms, largest_weights, saturation    weights, gradients and activations, recorded by a `Watch`
gradient_flow                              gradients of the parameters, layer by layer
"""

from autograd.support.public import publish
from nn.plots.boundary import decision_boundary, response_maps
from nn.plots.confusion import confusion_table
from nn.plots.diagnostics import gradient_flow, histograms, largest_weights, saturation, training_curves
from nn.plots.images import image_grid, weight_images
from nn.plots.style import COLORS, LINES

__all__ = [
    "COLORS", "LINES", "confusion_table", "decision_boundary", "gradient_flow", "histograms", "image_grid", "largest_weights",
    "response_maps", "saturation", "training_curves", "weight_images",
]  # fmt: skip

publish(globals())
