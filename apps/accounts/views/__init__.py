"""Pages of people, departments, roles, tokens and sign-in."""
