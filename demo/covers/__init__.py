"""How the covers are drawn: a canvas, palettes by mood, motifs, lettering."""
