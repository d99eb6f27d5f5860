"""Samples of the registry, of monitoring and of the registry's intakes: one module for each concern, all of them read."""

import importlib
import pkgutil

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
