#!/usr/bin/env python3
"""Measure ivs beside its peers: compare.py BENCH --tools tools.json --work DIR [what run.py takes]

BENCH is the folder of the shared workload (gen.py, run.py, a folder per language); it is copied to DIR, `peers/ivs` is
added, and its run.py measures. tools.json says where the programs are: {"ivs": "/…/ivs", "jrsonnet": "/…/jrsonnet"}.

  --reject    instead: which broken services each variant rejects (reject.py)
  --lsp       instead: keystroke to diagnostics of the language servers (lsp.py)

Beside run.py's modes, a cold run of ivs starts without an output folder: onto equal outputs it would write nothing.
"""
import os
import runpy
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def put_away(tree):
    """Renames an old output folder: file systems are slow to create files just after many were deleted."""
    if os.path.exists(tree):
        past = os.path.join(os.path.dirname(tree), "past")
        os.makedirs(past, exist_ok=True)
        os.rename(tree, os.path.join(past, str(len(os.listdir(past)))))


def servers(script):
    """Lets a language say what is wrong in its base, and which file is read by nobody else but reads the base."""
    text = open(script).read()
    for old, new in [
        ('L["root"], L["base"]', 'L["root"].format(files[0][0]), L["base"]'),
        ('good[base].replace("80, targetPort", "no_such_name, targetPort", 1)',
         'good[base].replace(*L.get("undef_base", ("80, targetPort", "no_such_name, targetPort")), 1)'),
        ('broken["fanout"] = broken["base"]',
         'broken["fanout"] = (base, good[base].replace(*L["fanout"], 1)) if "fanout" in L else broken["base"]'),
    ]:
        assert old in text, f"lsp.py has changed: {old}"
        text = text.replace(old, new)
    open(script, "w").write(text)


def main():
    args = sys.argv[1:]
    if not args or args[0].startswith("-"):
        sys.exit(__doc__)
    bench = os.path.abspath(args.pop(0))
    work = os.path.abspath(args[args.index("--work") + 1]) if "--work" in args else sys.exit(__doc__)
    copy = os.path.join(work, "bench")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(bench, copy, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(os.path.join(HERE, "peers"), copy, dirs_exist_ok=True)
    sys.path.insert(0, copy)
    if "--reject" in args:
        args.remove("--reject")
        sys.argv = ["reject.py", *args]
        runpy.run_path(os.path.join(copy, "reject.py"), run_name="__main__")
        return
    if "--lsp" in args:
        args.remove("--lsp")
        servers(os.path.join(copy, "lsp.py"))
        sys.argv = ["lsp.py", *args]
        runpy.run_path(os.path.join(copy, "lsp.py"), run_name="__main__")
        return
    import run

    class Job(run.Job):
        def once(self, mode, limit):
            if mode == "cold":
                put_away(os.path.join(os.path.dirname(self.out), "tree"))
            return super().once(mode, limit)

    run.Job = Job
    sys.argv = ["run.py", *args]
    run.main()


if __name__ == "__main__":
    main()
