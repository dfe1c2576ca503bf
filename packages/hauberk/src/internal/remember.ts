import type { Socket } from "node:net";
import { detach } from "./detach.ts";

/** Longer than any address: a header of 14 KB in its place is not worth a thousandth of 14 MB. */
const MAX_LENGTH = 100;

/**
 * Remembers what a pure function answered for the last texts. When there are too many it forgets them all, so that
 * clients who invent texts cost no more than the function itself. Of a text that was cut out of a longer one it keeps,
 * and gives the function, a copy.
 */
export function remember<T>(compute: (text: string) => T, maxEntries = 1000): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    if (text.length > MAX_LENGTH) return compute(text);
    const own = detach(text);
    const value = compute(own);
    if (known.size >= maxEntries) known.clear();
    known.set(own, value);
    return value;
  };
}

/**
 * Remembers the last answer for each connection: a browser sends the same cookie with every request of a connection.
 * Nothing is shared between connections, and all is forgotten with them; so texts may be secret.
 */
export function rememberForConnection<T>(compute: (text: string) => T): (socket: Socket, text: string) => T {
  const last = new WeakMap<Socket, { readonly text: string; readonly value: T }>();
  return (socket, text) => {
    const before = last.get(socket);
    if (before?.text === text) return before.value;
    const value = compute(text);
    last.set(socket, { text: detach(text), value });
    return value;
  };
}
