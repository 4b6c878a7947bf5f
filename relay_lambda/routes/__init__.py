"""The routes of `front`: a file for each noun. Only that of dispatches is loaded at the start."""
