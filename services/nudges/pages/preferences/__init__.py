"""The page on which a person chooses what they get, when and where, and stops mail. It opens from every message."""
