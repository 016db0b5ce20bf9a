"""What oversight decides, without Django."""
