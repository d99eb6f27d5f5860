"""Every write that another tool asks for."""
