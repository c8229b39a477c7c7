"""`python -m faults.report` prints what the fault tests held, as a table in Markdown."""
from faults.record import latest
from pandarchat import environment

KNOWN = ("at", "test", "fault", "control", "seconds")


def table(lines: list[dict[str, object]]) -> str:
    rows = ["| fault | run | seconds | figures |", "| --- | --- | --- | --- |"]
    for line in lines:
        run = f"without {line['control']}: broke, as it must" if line["control"] else "held"
        figures = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in line.items() if name not in KNOWN)
        rows.append(f"| {line['fault']} | {run} | {line['seconds']} | {figures} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(table(latest(environment.read().var)))
