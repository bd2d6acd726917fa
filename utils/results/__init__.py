"""What lies in the folder of results: its files, how they are written, and what they hold.

Nothing imports torch before it reads or writes a file.
"""
