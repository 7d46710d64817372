/** The address that a request asks for. */

/** The path as it was sent: `new URL` would cost as much as the rest of the routing. */
export function pathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  if (start < 0) return "/";
  const end = url.indexOf("?", start);
  return end < 0 ? url.slice(start) : url.slice(start, end);
}

/** Host and port. HTTP/2 has no Host header; its :authority stands in the URL. */
export function hostOf({ headers, url }: Request): string | null {
  return headers.get("host") ?? (URL.canParse(url) ? new URL(url).host : null);
}
