"""Tables to plotly figures, as plain dictionaries.

A figure is `{"columns", "traces", "layout", "switches"}`. A trace names a column as "@name", so that numbers
used by several traces are stored once. A switch has options; a trace with `when = {switch: option}` is drawn
while that option is chosen, and the option's `layout` is merged into the figure's. Colours are CSS variables,
resolved by the page's theme. Text that plotly draws passes through `plain`, since plotly reads a little HTML.
"""
