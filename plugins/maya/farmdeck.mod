+ Farmdeck 1.0 .
PYTHONPATH+:=.
PYTHONPATH+:=python
