"""Other people's code that travels with us, unchanged. Qt.py 2.0.7: https://github.com/mottosso/Qt.py (MIT)."""
