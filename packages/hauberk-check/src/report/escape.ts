import { visible } from "./visible.ts";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export const escapeHtml = (text: string): string =>
  visible(text).replace(/[&<>"']/g, (one) => ENTITIES[one] ?? one);

/** A sentence as HTML: what stands between backticks is code. */
export const sentenceHtml = (text: string): string =>
  escapeHtml(text).replaceAll(/`([^`]{1,400})`/g, "<code>$1</code>");
