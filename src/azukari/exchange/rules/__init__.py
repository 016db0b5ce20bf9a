"""What the exchange decides: states, file names, what a file may be, numbers in it, who may still withdraw. Pure."""
