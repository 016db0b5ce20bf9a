"""What law and contract decide about numbers, one file per noun. Pure: facts in, decisions out."""
