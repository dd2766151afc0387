"""The screens as the server answers them."""
