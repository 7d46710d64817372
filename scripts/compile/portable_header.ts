/** The beginning of a portable build: a script that unpacks what follows it, and becomes it. */

/** The script is filled up to this, so that it can say where the parts begin. */
export const HEADER_BYTES = 4096;

export interface HeaderFacts {
  /** What `uname -sm` must say. */
  readonly system: string;
  /** Names the folder that the parts are unpacked to. */
  readonly key: string;
  /** Of the compressed program; the compressed Deno follows it. */
  readonly programBytes: number;
  readonly runFlags: readonly string[];
}

/**
 * Needs sh, uname, id, mkdir, mv, chmod, rm, head, tail and gzip. The parts are renamed into place
 * when they are whole, Deno last: however many first starts there are at once, each finds all of
 * it or unpacks for itself. Only folders of the user's own are trusted; the first of several that
 * can be written and may execute is taken.
 */
export function portableHeader(facts: HeaderFacts): string {
  const { system, key, programBytes, runFlags } = facts;
  const at = HEADER_BYTES + 1;
  const text = `#!/bin/sh
# gomcp: a program that unpacks itself. GOMCP_CACHE_DIR says where, if it is not to be ~/.cache/gomcp.
die() { echo "gomcp: $1" >&2; exit 70; }
[ "$(uname -sm)" = "${system}" ] || die "Cannot start: this file is for ${system}, here is $(uname -sm)"
case $0 in */*) self=$0 ;; *) self=$(command -v -- "$0") || self=$0 ;; esac
case $self in /*) ;; *) self=$PWD/$self ;; esac
unpack() {
  (umask 077 && mkdir -p "$1") 2>/dev/null && [ -O "$1" ] && [ -O "\${1%/*}" ] || return 1
  js=$1/.js.$$ deno=$1/.deno.$$
  trap 'rm -f "$js" "$deno"; exit 143' HUP INT TERM
  (umask 077 && tail -c +${at} "$self" | head -c ${programBytes} | gzip -dc >"$js" &&
    tail -c +${at + programBytes} "$self" | gzip -dc >"$deno") 2>/dev/null &&
    chmod 700 "$deno" 2>/dev/null && "$deno" --version >/dev/null 2>&1 &&
    mv -f "$js" "$1/gomcp.js" && mv -f "$deno" "$1/deno"
  done=$?
  trap - HUP INT TERM
  [ $done = 0 ] || rm -f "$js" "$deno"
  return $done
}
for base in "$GOMCP_CACHE_DIR" "\${XDG_CACHE_HOME:-\${HOME:-/nonexistent}/.cache}/gomcp" "\${TMPDIR:-/tmp}/gomcp-$(id -u)"; do
  case $base in /*) ;; ?*) base=$PWD/$base ;; *) continue ;; esac
  dir=$base/${key}
  { [ -O "$base" ] && [ -O "$dir" ] && [ -O "$dir/deno" ] && [ -x "$dir/deno" ] && [ -O "$dir/gomcp.js" ]; } || unpack "$dir" || continue
  export GOMCP_SELF="$self" DENO_DIR="\${DENO_DIR:-$base/deno}" DENO_NO_UPDATE_CHECK=1 DENO_NO_PACKAGE_JSON=1
  exec "$dir/deno" run -A ${runFlags.join(" ")} "$dir/gomcp.js" "$@"
done
die "Cannot unpack: the file is damaged, or its Deno does not run on this system (it needs glibc on Linux), or no folder has 120 MB free and may execute (GOMCP_CACHE_DIR names one)"
`;
  if (text.length > HEADER_BYTES) throw new Error(`The header has ${text.length} bytes`);
  return text + "\n".repeat(HEADER_BYTES - text.length);
}
