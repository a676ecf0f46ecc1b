"""The compiled grammar, held against its corpus, its queries, and every source of the repository.

    python3 test/check.py       needs a C compiler and the package `tree-sitter` (test/requirements.txt)

The corpus has the format of `tree-sitter test`, which runs it as well; here no tool has to be built for it.
"""

import ctypes
import hashlib
import pathlib
import re
import subprocess
import sys
import tempfile

from tree_sitter import Language, Parser, Query, QueryCursor

HERE = pathlib.Path(__file__).resolve().parent.parent
ROOT = HERE.parent.parent
failures = []


def compiled():
    """The committed parser, as a shared library."""
    library = pathlib.Path(tempfile.mkdtemp()) / "ivs.so"
    sources = [str(HERE / "src" / name) for name in ("parser.c", "scanner.c")]
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-Wno-unused", "-I", str(HERE / "src"), *sources, "-o", str(library)], check=True)
    make = ctypes.cdll.LoadLibrary(str(library)).tree_sitter_ivs
    make.restype = ctypes.c_void_p
    capsule = ctypes.pythonapi.PyCapsule_New
    capsule.restype = ctypes.py_object
    capsule.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    return Language(capsule(make(), b"tree_sitter.Language", None))


def tree(node):
    """The named nodes, as the corpus writes them."""
    inner = "".join(" " + tree(child) for child in node.named_children)
    return f"({node.type}{inner})"


def broken(node):
    """The first error below a node, as (line, column, text)."""
    if node.is_error or node.is_missing:
        return node.start_point.row + 1, node.start_point.column + 1, node.text[:40]
    for child in node.children:
        if child.has_error or child.is_missing:
            found = broken(child)
            if found:
                return found
    return None


def check(good, message):
    if not good:
        failures.append(message)


def generated():
    """The parser comes from this grammar.js: `scripts/generate.sh` writes down from which."""
    noted = (HERE / "src" / "grammar.sha256").read_text().split()[0]
    check(noted == hashlib.sha256((HERE / "grammar.js").read_bytes()).hexdigest(), "grammar.js changed: run scripts/generate.sh")


def corpus(parser):
    count = 0
    for file in sorted((HERE / "test" / "corpus").glob("*.txt")):
        parts = re.split(r"^={3,}\n(.*)\n={3,}\n", file.read_text(), flags=re.M)[1:]
        for title, body in zip(parts[::2], parts[1::2]):
            source, expected = re.split(r"^---+$", body, flags=re.M)
            expected = re.sub(r"\s+", " ", expected.strip()).replace(" )", ")")
            actual = tree(parser.parse(source.strip("\n").encode()).root_node)
            check(actual == expected, f"{file.name}: {title}\n  is       {actual}\n  expected {expected}")
            count += 1
    return count


def sources(parser):
    files = [f for folder in ("examples", "stdlib", "grammar/tests/samples") for f in sorted((ROOT / folder).rglob("*.ivs")) if f.is_file()]
    for file in files:
        root = parser.parse(file.read_bytes()).root_node
        if root.has_error:
            line, column, text = broken(root) or (1, 1, b"")
            check(False, f"{file.relative_to(ROOT)}:{line}:{column}: not understood: {text!r}")
    return len(files)


def edits(parser):
    """An error stays where it is: what stands before and behind keeps its tree."""
    text = b"service a { image = 1 }\n\nservice b { image = [1, }\n\nservice c { image = 3 }\n"
    names = [c.child_by_field_name("name").text for c in parser.parse(text).root_node.children if c.type == "declaration" and not c.has_error]
    check(b"a" in names and b"c" in names, f"an error reaches too far: {names}")


def queries(language, parser):
    source = (HERE / "test" / "highlight.ivs").read_text()
    root = parser.parse(source.encode()).root_node
    lines = source.split("\n")
    captures = {}
    for folder in (HERE / "queries", HERE.parent / "helix" / "queries" / "ivs"):
        for file in sorted(folder.glob("*.scm")):
            query = Query(language, file.read_text())
            if file == HERE / "queries" / "highlights.scm":
                # The last pattern wins, as in editors.
                for pattern, found in sorted(QueryCursor(query).matches(root), key=lambda m: m[0]):
                    for name, nodes in found.items():
                        for node in nodes:
                            captures[(node.start_point.row, node.start_point.column)] = name
    # `//  ^ name` speaks of the line above.
    count = 0
    for row, line in enumerate(lines):
        match = re.match(r"\s*// *(\^+|<-) (\S+)$", line)
        if not match:
            continue
        above = row - 1
        while re.match(r"\s*// *(\^+|<-) \S+$", lines[above]):
            above -= 1
        column = 0 if match.group(1) == "<-" else match.start(1)
        check(captures.get((above, column)) == match.group(2), f"highlight.ivs:{above + 1}:{column + 1}: is {captures.get((above, column))}, expected {match.group(2)}")
        count += 1
    return count


def main():
    language = compiled()
    parser = Parser(language)
    generated()
    trees, files, colours = corpus(parser), sources(parser), queries(language, parser)
    edits(parser)
    for failure in failures:
        print(f"FAILED: {failure}", file=sys.stderr)
    print(f"tree-sitter: {trees} trees, {files} sources, {colours} colours; {len(failures)} failed")
    sys.exit(1 if failures or trees == 0 or files < 150 or colours == 0 else 0)


main()
