/** A request as the lines of its head and a body; nothing is added but what HTTP needs to end the head. */
export function rawRequest(lines: readonly string[], body = ""): string {
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}

/** A request with a body whose length is told. `body` holds one byte per character. */
export function rawPost(target: string, lines: readonly string[], body: string): string {
  return rawRequest([`POST ${target} HTTP/1.1`, ...lines, `Content-Length: ${body.length}`], body);
}
