"""The playground: an editor, Python and this package in one HTML file."""
