# SPDX-License-Identifier: Apache-2.0
# scripts/lib/license.sh, in a tree that is made here, and in ours.
licensed="$work/licensed"
git init -q "$licensed"
mkdir "$licensed/scripts"
printf 'int x;\n' >"$licensed/a.cpp"
printf '#!/usr/bin/env python3\n"""Text."""\n' >"$licensed/b.py"
printf '#!/usr/bin/env bash\n# SPDX-License-Identifier: Apache-2.0\n' >"$licensed/scripts/c"
printf '{}\n' >"$licensed/d.json"
printf '// SPDX-License-Identifier: MIT\n' >"$licensed/e.hpp"
of_license() { (REACT1_ROOT="$1" && source "$tree/scripts/lib/license.sh" && shift && "$@"); }

is "files without the line" "$(of_license "$licensed" without_license_line | sort | tr '\n' ' ')" "a.cpp b.py e.hpp "
for file in a.cpp b.py; do of_license "$licensed" add_license_line "$file"; done
is "added to source" "$(head -n 1 "$licensed/a.cpp")" "// SPDX-License-Identifier: Apache-2.0"
is "added to a script, after #!" "$(sed -n 2p "$licensed/b.py")" "# SPDX-License-Identifier: Apache-2.0"
is "and found then" "$(of_license "$licensed" without_license_line)" "e.hpp"
is "our own files have it" "$(of_license "$tree" without_license_line)" ""
