"""Drives the language server by Helix, as a person would: keys in, and what stands on the screen.

    ivs=PATH work=FOLDER hx=PATH python3 drive.py

`work` holds a package with `shop.ivs` (editors/test/package), and may be written to; `hx` is on the PATH unless it is named.
The languages are those of the configuration that HOME leads to (editors/helix/install.sh). Needs tmux. Prints one line for each step; the
exit code is 1 if one of them failed.
"""

import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import time

IVS = os.environ["ivs"]
WORK = pathlib.Path(os.environ["work"])
HX = os.environ.get("hx") or shutil.which("hx") or "hx"
FILE = WORK / "shop.ivs"
PATIENCE = 30  # s: how long a step may take on a busy machine
SERVER = f"ivs-helix-{os.getpid()}"
ROWS, COLUMNS = 60, 160

failed = 0


def tmux(*args):
    return subprocess.run(["tmux", "-L", SERVER, "-f", "/dev/null", *args], check=True, capture_output=True, text=True).stdout


def screen(colors=False):
    return tmux("capture-pane", "-p", *(["-e"] if colors else []), "-t", "0")


def keys(*names):
    """Keys by their names: Escape, Enter, C-x."""
    for name in names:
        tmux("send-keys", "-t", "0", name)
        time.sleep(0.05)


def write(text):
    """A text, key by key: what is typed faster than Helix looks is taken for pasted."""
    for c in text:
        tmux("send-keys", "-t", "0", "-l", c)
        time.sleep(0.02)


def normal():
    """Back to the normal mode. Only where there is a way to go: what follows an Escape too soon is taken for a key with Alt."""
    if re.search(r" INS ", screen()):
        keys("Escape")
        eventually(shows(r" NOR "))


def close(pattern):
    """Closes what shows a text above the source."""
    keys("Escape")
    eventually(lambda: not re.search(pattern, screen()))


def command(text):
    normal()
    write(":" + text)
    keys("Enter")


def find(pattern):
    """Selects what a pattern matches, from the beginning of the file."""
    normal()
    keys("g", "g")
    write("/" + pattern)
    keys("Enter")
    time.sleep(0.2)


def instead(pattern, text):
    """Writes a text in the place of what a pattern matches."""
    find(pattern)
    write("c" + text)
    eventually(shows(" INS "))
    normal()


def eventually(condition):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


def shows(pattern):
    return lambda: re.search(pattern, screen()) is not None


def written():
    """When the file was written; while Helix puts the new one in its place, there is none."""
    try:
        return FILE.stat().st_mtime_ns
    except FileNotFoundError:
        return None


def saved():
    """The text, as it is written to the disk; what writing does (the layout) is awaited."""
    before = written()
    command("write!")
    eventually(lambda: written() not in (before, None))
    time.sleep(0.2)
    return FILE.read_text() if eventually(written) else ""


def reads(condition):
    """Whether the text comes to be so."""
    text = ""

    def so():
        nonlocal text
        text = saved()
        return condition(text)

    return eventually(so) or print(text, file=sys.stderr)


def step(name, good):
    global failed
    if good:
        print(f"ok   {name}")
    else:
        failed += 1
        print(f"FAIL {name}:\n{screen()}")


def wrong():
    """How many errors the status line counts."""
    found = re.search(r"● (\d+) ", screen().rstrip().split("\n")[-2] + screen().rstrip().split("\n")[-1])
    return int(found.group(1)) if found else 0


def color_of(word):
    """The colour that a word is written in: the last that was set before it."""
    text = screen(colors=True)
    at = text.find(word)
    return re.findall(r"\x1b\[((?:3[0-7]|9[0-7]|38;[0-9;]+|39))m", text[:at])[-1] if at >= 0 else None


def run():
    clean = FILE.read_text()
    step("the file is open", eventually(shows("service text-service")))
    step("words have colours by the grammar", len({color_of(w) for w in ("image", "10_000req", "// Turns")}) == 3)
    find("utilization")
    command("tree-sitter-highlight-name")
    step("a field is highlighted as one", eventually(shows(r"variable\.other\.member")))
    close(r"variable\.other\.member")

    # edit: a mistake is seen, and goes away
    instead(r"3\.\.100", "100..3")
    attached = eventually(shows(r"100\.\.3.*upside down"))
    step("a mistake is shown while it is typed", attached)
    if not attached:
        return  # there is no server: nothing of what follows can be
    instead(r"100\.\.3", "3..100")
    step("and is gone when it is mended", eventually(lambda: wrong() == 0 and "upside down" not in screen()))

    # complete
    find("image      =")
    write("oanno")
    step("fields of a service are completed", eventually(shows(r"annotations +field")))
    keys("C-n", "Enter")
    step("and put into the text", eventually(shows(r"\d +annotations string =")))
    command("reload")
    step("what was typed is gone", eventually(lambda: "annotations" not in screen()))

    # hover, definition
    find("throughput")
    keys("Space", "k")
    step("hover tells about a field", eventually(shows("What one replica serves")))
    close("What one replica serves")
    find(r"\[scene")
    write("lgd")
    step("a reference leads to its declaration", eventually(shows(r"\s2:9\s")))

    # rename
    find("scene-db")
    keys("Space", "r")
    eventually(shows("rename-to:"))
    keys("C-u")
    write("scene-store")
    keys("Enter")
    renamed = reads(lambda t: "service scene-store {" in t and "[scene-store]" in t and "service scene-db" not in t)
    step("rename changes the declaration and what refers to it", renamed)
    step("nothing is wrong after it", eventually(lambda: wrong() == 0))

    # symbols of the file
    keys("Space", "s")
    step("the file's symbols are listed", eventually(shows(r"text-service")) and eventually(shows(r"object|struct|module")))
    close("kind +name")

    # format
    instead("  throughput = 10_000req/min", "      throughput=10_000req/min")
    command("format")
    step("formatting lays the file out", reads(lambda t: "\n  throughput = 10_000req/min\n" in t))

    # quick fix
    instead("70%", "0.7")
    step("a mistake with a fix is shown", eventually(shows("a ratio is written with")))
    find(r"0\.7")
    keys("Space", "a")
    step("its quick fix is offered", eventually(shows("Write `70%`")))
    keys("Enter")
    step("its quick fix mends it", reads(lambda t: "utilization = 70%" in t))
    step("and nothing is wrong", eventually(lambda: wrong() == 0))
    step("the text is what it was, but for the name", FILE.read_text() == clean.replace("scene-db {", "scene-store {").replace("[scene-db]", "[scene-store]"))
    command("quit!")


def main():
    start = f"cd {shlex.quote(str(WORK))} && exec {shlex.quote(HX)} shop.ivs"
    environment = dict(os.environ, PATH=f"{pathlib.Path(IVS).absolute().parent}:{os.environ['PATH']}", TERM="xterm-256color")
    subprocess.run(
        ["tmux", "-L", SERVER, "-f", "/dev/null", "new-session", "-d", "-x", str(COLUMNS), "-y", str(ROWS), start],
        check=True,
        env=environment,
    )
    try:
        run()
    except (subprocess.CalledProcessError, OSError) as problem:
        step(f"the run ends ({problem})", False)
    finally:
        subprocess.run(["tmux", "-L", SERVER, "kill-server"], check=False, capture_output=True)
    print("helix: all steps" if failed == 0 else f"helix: {failed} steps failed")
    sys.exit(1 if failed else 0)


main()
