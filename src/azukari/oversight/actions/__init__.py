"""What oversight does: look through the record, hand out what others may know, and record both."""
