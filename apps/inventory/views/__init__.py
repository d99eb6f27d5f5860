"""The pages of the inventory, by what they are about."""
