"""In which language a page is written."""
