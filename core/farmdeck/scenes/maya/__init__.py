"""Maya scenes: the rules that reading a file and reading the open scene share, and the readers of .ma and .mb."""
