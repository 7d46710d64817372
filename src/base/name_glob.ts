/** Names with wildcards, in time that no pattern can blow up. */

/**
 * True when `name` is what `glob` says, in which "*" stands for any characters and "?" for one.
 * Only the last "*" is ever tried again, so the time is at most the product of the lengths.
 */
export function nameFits(glob: string, name: string): boolean {
  let g = 0;
  let starAt = -1;
  let retryAt = 0;
  for (let n = 0; n < name.length;) {
    if (glob[g] === "*") {
      starAt = g++;
      retryAt = n;
    } else if (g < glob.length && (glob[g] === "?" || glob[g] === name[n])) {
      g++;
      n++;
    } else if (starAt >= 0) {
      g = starAt + 1;
      n = ++retryAt;
    } else {
      return false;
    }
  }
  while (glob[g] === "*") g++;
  return g === glob.length;
}
