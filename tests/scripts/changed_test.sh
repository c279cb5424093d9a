# SPDX-License-Identifier: Apache-2.0
# scripts/lib/changed.sh: which files clang-tidy gets, in repositories that are made here.

# units MOST: of the repository in the current folder.
units() { (source "$tree/scripts/lib/changed.sh" && changed_units "$1" 2>"$work/said" | tr '\n' ' '); }
commit() { git add -A && git -c user.name=t -c user.email=t@example commit -qm "$1"; }

repository="$work/repository"
git init -q -b main "$repository"
cd "$repository" || exit 1
unset REACT1_CI_BASE
mkdir -p src/a include/react1
for name in one two three; do echo "int $name;" >"src/a/$name.cpp"; done
echo 'int lone;' >src/a/lone.hpp
echo '#include "a/lone.hpp"' >src/a/user.cpp
echo 'int two;' >src/a/two.hpp
echo 'int open;' >include/react1/open.hpp
echo '#include <react1/open.hpp>' >src/a/open_user.cpp
commit first
is "no history: a sample" "$(units 2 | wc -w)" 2
has "which is said" "$(cat "$work/said")" "No history"

echo '// more' >>src/a/one.cpp
commit second
is "on the main line: the last commit" "$(units 9)" "src/a/one.cpp "

git checkout -q -b topic
echo 'int a; // changed' >src/a/two.hpp
echo 'int a; // changed' >src/a/lone.hpp
echo 'int a; // changed' >include/react1/open.hpp
commit third
printf '1\n2\n3\n4\n' >>src/a/three.cpp
git rm -q src/a/one.cpp
commit fourth
is "on a branch: since it left, headers by what compiles them" "$(units 9)" \
  "src/a/three.cpp src/a/open_user.cpp src/a/user.cpp src/a/two.cpp "
is "the largest changes first" "$(units 1)" "src/a/three.cpp "
has "and what is left out is said" "$(cat "$work/said")" "1 of 4 files"
echo '// more' >>src/a/user.cpp
is "uncommitted changes count" "$(units 9 | wc -w)" 4
is "a given base" "$(REACT1_CI_BASE=HEAD units 9)" "src/a/user.cpp "
git checkout -q -f topic
is "nothing of src" "$(REACT1_CI_BASE=HEAD units 9)" ""
cd "$tree" || exit 1
