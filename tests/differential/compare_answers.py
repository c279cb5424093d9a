# SPDX-License-Identifier: Apache-2.0
"""Exit codes and documents: plan against prepare, and both against what is documented."""

from difference import Difference

REFUSED = 3


def compare(plan, prepare):
    """Differences between the two commands' Answers."""
    found = []
    for name, answer in (("plan", plan), ("prepare", prepare)):
        if answer.code not in (0, REFUSED) or (answer.code == 0 and answer.error):
            found.append(Difference(f"{name}_exit", f"{answer.code}: {text_of(answer)}"))
    if found:
        return found
    if bool(plan.error) != bool(prepare.error):
        refused, fine = ("plan", "prepare") if plan.error else ("prepare", "plan")
        return [Difference("plan_disagrees", f"{refused} refuses ({text_of(plan if plan.error else prepare)}), {fine} does not")]
    if plan.error:
        if plan.error["message"] != prepare.error["message"]:
            found.append(Difference("plan_disagrees", f"plan says: {text_of(plan)}; prepare says: {text_of(prepare)}"))
        return found
    for clip, numbers in (("video", ("frames", "fps", "width", "height")), ("audio", ("samples", "sample_rate", "channels"))):
        found += _same_clip(clip, numbers, plan.document[clip], prepare.document[clip])
    return found


def _same_clip(clip, numbers, planned, made):
    found = []
    if planned["action"] != made["action"]:
        found.append(Difference("plan_disagrees", f"{clip}: planned {planned['action']}, made {made['action']}: "
                                f"{made['reasons']}"))
    for number in numbers:
        if planned[clip][number] != made[clip][number]:
            found.append(Difference("plan_disagrees", f"{clip}: {number} planned {planned[clip][number]}, "
                                    f"made {made[clip][number]}"))
    return found


def text_of(answer):
    if answer.error:
        return f"{answer.error['where']}: {answer.error['message']}"
    return answer.stderr.strip()[-300:] or "nothing is said"


def refused(answer):
    """Which clip was refused, or why nothing was made."""
    return Difference("refused", text_of(answer))
