"""What is done with files, one file per noun."""
