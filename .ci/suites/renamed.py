#!/usr/bin/env python3
"""renamed.py BEFORE AFTER: applies one Terraform folder with the checker's stub providers, plans the other with its state.
Nothing may be made or destroyed: what has another name has moved. Prints what the plan says; exit code 1 if it is otherwise."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

HOME = os.environ["IVS_ORACLE_HOME"]
before, after = sys.argv[1:]


def providers(folder):
    found = {}
    for path, _, files in os.walk(HOME + "/mirror", followlinks=True):
        if any(f.startswith("terraform-provider-") for f in files):
            found["hashicorp/" + path.split("/")[-3]] = path
    lines = "".join(f'    "{name}" = "{path}"\n' for name, path in sorted(found.items()))
    text = f"provider_installation {{\n  dev_overrides {{\n{lines}  }}\n  direct {{}}\n}}\ndisable_checkpoint = true\n"
    # The stub plans, and not only validates, where its configuration has this name.
    path = folder + "/rcp"
    with open(path, "w") as file:
        file.write(text)
    return path


with tempfile.TemporaryDirectory() as scratch:
    env = dict(os.environ, TF_CLI_CONFIG_FILE=providers(scratch), TF_IN_AUTOMATION="1", CHECKPOINT_DISABLE="1")
    work = scratch + "/w"

    def terraform(*args):
        return subprocess.run(["terraform", *args], cwd=work, env=env, capture_output=True, text=True)

    shutil.copytree(before, work)
    done = terraform("apply", "-json", "-auto-approve", "-input=false")
    if done.returncode:
        sys.exit(f"{before}: {done.stdout}{done.stderr}")
    for name in os.listdir(work):
        if name.endswith((".tf", ".tf.json")):
            os.remove(os.path.join(work, name))
    for name in os.listdir(after):
        shutil.copy(os.path.join(after, name), work)
    planned = terraform("plan", "-json", "-input=false")
    changes, errors, moved, other = None, [], 0, []
    for line in planned.stdout.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if entry.get("type") == "diagnostic" and entry["diagnostic"]["severity"] == "error":
            errors.append(entry["diagnostic"]["summary"] + ": " + entry["diagnostic"]["detail"])
        if entry.get("type") == "planned_change":
            change = entry["change"]
            moved += "previous_resource" in change
            if change["action"] not in ("move", "update", "noop"):
                other.append(change["action"] + " " + change["resource"]["addr"])
        if entry.get("type") == "change_summary":
            changes = entry["changes"]
    fine = not errors and not other and changes and not changes["add"] and not changes["remove"] and moved
    print(f"{'OK  ' if fine else 'FAIL'} {after}: {moved} moved, {changes}", *errors, *other, sep="\n  ")
    sys.exit(0 if fine else 1)
