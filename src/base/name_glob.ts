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

/** True when there is a name that both globs say. The time is the product of their lengths. */
export function globsMeet(a: string, b: string): boolean {
  // Whether what is left of `a` from some place on meets what is left of `b`.
  let row = Array.from({ length: b.length + 1 }, (_, j) => isAllStars(b.slice(j)));
  for (let i = a.length - 1; i >= 0; i--) {
    const next = row;
    row = new Array<boolean>(b.length + 1);
    row[b.length] = isAllStars(a.slice(i));
    for (let j = b.length - 1; j >= 0; j--) {
      // A star says nothing, or one character of what the other says.
      if (a[i] === "*" || b[j] === "*") row[j] = next[j]! || row[j + 1]!;
      else row[j] = (a[i] === "?" || b[j] === "?" || a[i] === b[j]) && next[j + 1]!;
    }
  }
  return row[0]!;
}

function isAllStars(glob: string): boolean {
  return /^\**$/.test(glob);
}
