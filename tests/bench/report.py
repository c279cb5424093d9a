# SPDX-License-Identifier: Apache-2.0
"""The table, as Markdown for people and as JSON for programs."""

import json
import os
import platform


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown")
    return {"cpu": model, "cores": os.cpu_count(), "load_1min": round(os.getloadavg()[0], 2), "kernel": platform.release()}


def markdown(rows):
    lines = ["| work | peer | goal | ours | peer's | × wall | × CPU | × memory | |", "|---|---|---|---|---|---|---|---|---|"]
    for row in rows:
        v = row.values
        side = lambda s: f"{v[s + '_wall_s']:.3f} s, {v[s + '_cpu_s']:.3f} s CPU, {v[s + '_rss_mb']:.0f} MB"
        lines.append(f"| {row.work} | {row.peer} | {row.goal} | {side('ours')} | {side('peer')} | {v['ratio_wall']:.3f} | "
                     f"{v['ratio_cpu']:.3f} | {v['ratio_rss']:.3f} | {'met' if row.met else '**missed**'} |")
    extra = []
    for row in rows:
        v = row.values
        facts = list(row.notes)
        if "ours_ssim" in v:
            facts.append(f"SSIM {v['ours_ssim']:.5f}, the peer's {v['peer_ssim']:.5f}; "
                         f"{v['ours_video_bytes'] / 1e6:.2f} MB, the peer's {v['peer_video_bytes'] / 1e6:.2f} MB")
        if "times_faster_than_transcoding" in v:
            facts.append(f"{v['times_faster_than_transcoding']:.0f} × faster than transcoding the pair")
        if "hour_over_ten_minutes_wall" in v:
            facts.append(f"an hour against ten minutes: {v['hour_over_ten_minutes_wall']:.2f} × wall, "
                         f"{v['hour_over_ten_minutes_cpu']:.2f} × CPU")
        extra += [f"- {row.name}: {fact}." for fact in facts]
    return "\n".join(lines + ([""] + extra if extra else []))


def save(path, rows, about):
    document = {"about": about, "machine": machine(),
                "rows": [{"name": r.name, "work": r.work, "peer": r.peer, "goal": r.goal, "met": r.met, "notes": r.notes,
                          "values": r.values} for r in rows]}
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
