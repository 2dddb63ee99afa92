"""Pictures of graphs: `draw` returns a `Drawing` for notebooks and files; `explain` and `paths` return text.

inputs, options                  outputs to draw, from nodes, modules or functions; options of the view and the look
forward_model                    the graph as data, built once (`engine.graph.Graph`)
events                           a reverse sweep as a list: local derivatives, products, sums; as a graph of cotangents
text, names, box_text            safe texts for pictures; names of nodes; contents of boxes
math_notation, formulas          formulas in mathematical notation; local derivatives
layout, folding                  boxes and edges to draw; folds for the rest
themes, dot, mermaid             colours and styles; DOT text; Mermaid text
graphviz, drawing                the renderer of SVG, PNG and PDF; the result of `draw`
explain, paths                   the chain rule, step by step and path by path
page                             an interactive page that plays the computation
"""
