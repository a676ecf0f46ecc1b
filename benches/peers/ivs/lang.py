"""ivs: the services as declarations on a template, ten to a file."""
import os


def lit(s):
    image = f'"{s.image}"' if isinstance(s.image, str) else s.image
    queue = "" if not s.queue else \
        f'    target {s.queue[0]} {{ average = {s.queue[1]}job, source = external(labels = {{service = name}}) }}\n'
    env = "" if not s.env else "  env { " + ", ".join(f'{k} = "{v}"' for k, v in s.env.items()) + " }\n"
    return f"""
service {s.name} from base-service {{
  team   = {s.team}
  region = {s.region}
  tier   = {s.tier}
  image  = {image}
  listen = {s.port}
  resources {{ cpu = {s.cpu[0]}m..{s.cpu[1]}m, memory = {s.memory[0]}Mi..{s.memory[1]}Mi }}
  scaling {{
    replicas = {s.replicas[0]}..{s.replicas[1]}
    target cpu {{ utilization = {s.cpuTarget}% }}
{queue}  }}
{env}}}
"""


def emit(files, out):
    os.makedirs(f"{out}/services", exist_ok=True)
    for name, svcs in files:
        teams = ", ".join(sorted({s.team for s in svcs}))
        regions = ", ".join(sorted({s.region for s in svcs}))
        tiers = ", ".join(sorted({s.tier for s in svcs}))
        with open(f"{out}/services/{name}.ivs", "w") as f:
            f.write(f"use bench.platform.{{base-service, {tiers}, {teams}}}\n"
                    f"use std.aws.{{{regions}}}\n" + "".join(map(lit, svcs)))


# `out` is the folder of outputs. compare.py puts it away before each cold run: onto a folder that holds the same outputs
# already, a build would write nothing. `ivs` writes a file for each namespace, the peers one for all; `ivs-files` writes a
# file for each declaration, which is what ivs does unless told otherwise.
COMMON = dict(run=["{ivs}", "build", ".", "--out={outdir}/tree", "-q"],
              collect=["{python}", "collect.py", "{outdir}/tree"],
              check=["{ivs}", "check", ".", "-q"],
              version=["{ivs}", "--version"])
VARIANTS = {
    "ivs": COMMON,
    "ivs-files": dict(COMMON, prepare=["sed", "-i", "/^layout/d", "ivs.toml"]),
}

# The language server. A name that is unknown in the base is said once, where it stands; what fans out to all is a base that
# allows fewer regions: compare.py --lsp makes lsp.py take both.
LSP = {
    "ivs": dict(argv=["{ivs}", "lsp"], leaf="services/{}.ivs", root="services/{}.ivs", base="platform/base.ivs",
                junk="\n}} = [\n", undef=("service ", "service no_such_name.x = 1\nservice "),
                undef_base=("service = 80", "service = no_such_name"),
                fanout=("us-east-1, us-west-2, eu-west-1, ap-south-1]", "us-east-1]")),
}
