"""What holds for an office and the accounts that enter it. One file per noun, all pure."""
