"""What input to the inventory looks like; forms never write."""
