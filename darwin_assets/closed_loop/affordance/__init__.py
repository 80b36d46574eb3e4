"""What published rows would teach under plain language modelling: their labels, and how much of a profile the lake holds."""
