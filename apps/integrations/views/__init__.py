"""The pages of the intakes."""
