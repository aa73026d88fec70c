"""The sentences people read, from gettext catalogues: Spanish first, English second."""
