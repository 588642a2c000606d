"""https://openusd.org/release/api/class_tf_py_exception_state.html; the Python class is documented in pxr.Tf."""

class ErrorException(RuntimeError):
    """What any USD call raises when it posted an error."""
