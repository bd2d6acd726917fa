"""What the scripts are made of: renderer, networks, the confidence f, files and figures."""
