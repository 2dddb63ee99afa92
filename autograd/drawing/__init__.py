"""Pictures of graphs: `draw` gives a `Drawing`, which a notebook shows and a file keeps; `explain` and `paths` tell it as text.

inputs, options                  what is drawn: nodes, or what a module or function gives; how much of it, and how
forward_model, backward_model    the graph as data, built once (`engine.graph.Graph`): numbers, or their cotangents
events                           a backward sweep as a list: seed, local derivatives, products, sums
text, names, box_text            any text made fit for a picture; names of nodes; what is in a box
math_notation, formulas          expressions written for people; local derivatives
layout, folding                  what is drawn of a graph, and what is folded away
themes, dot, mermaid             how it looks, as DOT and as Mermaid text
graphviz, drawing                a program that makes SVG, PNG or PDF of it, and what `draw` gives back
explain, paths                   the chain rule, step by step and path by path
page                             a page on which it is played
"""
