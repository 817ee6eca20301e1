"""Run the projects' experiments beside PyTorch: `python benchmarks/run_projects.py [PROJECT ...] [--write]`.

Each is a script of the folder `projects` that prints its tables, in a process of its own and on one thread. `--write`
puts them into README.md. MNIST and the features of CIFAR-10 are looked for where GRADSCHOOL_DATA says.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from run import conditions

from gradschool.grader.sandbox.limits import ONE_THREAD

FOLDER = Path(__file__).parent
BEGIN, END = "<!-- projects: run_projects.py writes between these lines -->", "<!-- end of the projects -->"
PROJECTS = {
    "points": "The 140 points",
    "mnist": "MNIST, four ways",
    "features": "Ten classes, 128 features",
    "sequences": "Sine to cosine",
    "characters": "A character model",
}


def tables(project: str) -> str:
    """Return what the script of a project prints; it is printed here as it comes."""
    command = [sys.executable, str(FOLDER / "projects" / f"{project}.py")]
    lines = []
    with subprocess.Popen(command, env=os.environ | ONE_THREAD, stdout=subprocess.PIPE, text=True) as script:
        for line in script.stdout or ():
            print(line, end="", flush=True)
            lines.append(line)
    if script.returncode:
        raise SystemExit(f"{project}.py failed")
    return "".join(lines).strip()


def main() -> None:
    """Run, print, and write if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("projects", nargs="*", metavar="PROJECT", help=f"of {', '.join(PROJECTS)}; all without")
    parser.add_argument("--write", action="store_true", help="put the tables into README.md")
    options = parser.parse_args()
    if unknown := set(options.projects) - set(PROJECTS):
        parser.error(f"there is no project {sorted(unknown)[0]!r}; there are {', '.join(PROJECTS)}")
    if options.write and options.projects:
        parser.error("--write is for all projects")
    text = [f"{conditions()} (the 140 points: float64)."]
    print(text[0])
    for project in options.projects or PROJECTS:
        print(f"\n### {PROJECTS[project]}\n", flush=True)
        text += [f"### {PROJECTS[project]}", tables(project)]
    if options.write:
        readme = FOLDER / "README.md"
        before, rest = readme.read_text().split(BEGIN)
        after = rest.split(END)[1]
        readme.write_text(before + "\n\n".join([BEGIN, *text, END]) + after)


if __name__ == "__main__":
    main()
