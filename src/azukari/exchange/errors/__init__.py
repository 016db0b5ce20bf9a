"""What can go wrong with files, one file per noun."""
