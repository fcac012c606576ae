"""Loads third-party packages from their own files with nothing but the vendor's host names replaced."""

import importlib.machinery
import importlib.util
import sys

LIVE_REST = b"https://openapi.koreainvestment.com:9443"
PAPER_REST = b"https://openapivts.koreainvestment.com:29443"
LIVE_WS = b"ws://ops.koreainvestment.com:21000"
PAPER_WS = b"ws://ops.koreainvestment.com:31000"


class _Loader(importlib.machinery.SourceFileLoader):
    """Compiles every file anew, so that no cached code of the original hosts is used."""

    def __init__(self, name, path, replacements):
        super().__init__(name, path)
        self._replacements = replacements

    def get_data(self, path):
        data = super().get_data(path)
        for old, new in self._replacements:
            data = data.replace(old, new)
        return data

    def get_code(self, fullname):
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


class _Finder:
    def __init__(self, packages, replacements):
        self._packages = packages
        self._replacements = replacements

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] not in self._packages:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or not isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            return spec
        loader = _Loader(name, spec.origin, self._replacements)
        locations = spec.submodule_search_locations
        return importlib.util.spec_from_file_location(
            name, spec.origin, loader=loader, submodule_search_locations=locations
        )


def redirect(packages, ready):
    """`ready` is the emulator's line: the trading door, and beside a paper one the live-key door for quotes."""
    trading = (ready["rest"], ready["ws"])
    live = trading if ready["env"] == "live" else (ready["quotes"]["rest"], ready["quotes"]["ws"])
    paper = trading
    pairs = [(LIVE_REST, live[0]), (PAPER_REST, paper[0]), (LIVE_WS, live[1]), (PAPER_WS, paper[1])]
    sys.meta_path.insert(0, _Finder(set(packages), [(old, new.encode()) for old, new in pairs]))
