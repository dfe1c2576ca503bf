import { hash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { inlineHashes } from "../headers/inline-hashes.ts";
import { policyChange } from "../headers/route-csp.ts";
import type { RequestContext } from "../internal/context.ts";
import { nearestOf } from "../internal/options.ts";

/** One file of the public folder, as it was at start. */
interface Asset {
  /** SHA-256 of the content, in base64. */
  readonly digest: string;
  readonly size: number;
  readonly mtimeMs: number;
  /** Lets its inline scripts and styles run; undefined unless it is HTML with some, and that is wanted. */
  readonly allowInline: ((context: RequestContext) => void) | undefined;
}

/** By path below the folder, with forward slashes: `site.css`, `images/logo.svg`. */
export type Assets = ReadonlyMap<string, Asset>;

/** A larger file is served like any other, without a fingerprint: reading it would hold the start up. */
const LIMIT_BYTES = 10_485_760;

/** Reads the folder once and names every file by what is in it. Files whose name begins with a dot are not served. */
export function fingerprintFolder(
  directory: string,
  { hashInlineHtml = false }: { readonly hashInlineHtml?: boolean } = {},
): Assets {
  const assets = new Map<string, Asset>();
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(directory, file).replaceAll(path.sep, "/");
    if (!entry.isFile() || name.split("/").some((part) => part.startsWith("."))) continue;
    const { size, mtimeMs } = statSync(file);
    if (size > LIMIT_BYTES) continue;
    const content = readFileSync(file);
    assets.set(name, {
      digest: hash("sha256", content, "base64"),
      size,
      mtimeMs,
      allowInline: hashInlineHtml ? inlineOf(name, content) : undefined,
    });
  }
  return assets;
}

function inlineOf(name: string, content: Buffer): Asset["allowInline"] {
  if (!/\.x?html?$/i.test(name)) return undefined;
  const hashes = inlineHashes(content.toString("utf8"));
  return Object.keys(hashes).length === 0 ? undefined : policyChange({ add: hashes }, "static");
}

/** The 96 bits of the digest that are in the address. */
function fingerprintOf({ digest }: Asset): string {
  return digest.slice(0, 16).replaceAll("+", "-").replaceAll("/", "_");
}

/**
 * The address of a public file with its fingerprint, which browsers may keep for ever: another content has another one.
 *
 * Templates have it as `asset`.
 *
 * @throws {RangeError} when there is no such file: a page without its style sheet is a mistake to find before the users
 * @example link(rel="stylesheet" href=asset("site.css"))
 */
export function assetUrl(assets: Assets, name: string): string {
  const plain = name.replace(/^\//, "");
  const fingerprint = fingerprintOf(findAsset(assets, plain, "asset"));
  return `/${plain.split("/").map(encodeURIComponent).join("/")}?v=${fingerprint}`;
}

/**
 * What the browser compares a script or a style sheet with before it runs it: the content as it was at start. A cache or a
 * CDN in front can hold a page back, and no longer change what its scripts do.
 *
 * Templates have it as `integrity`. Development servers that change files while the app runs need a restart.
 *
 * @throws {RangeError} when there is no such file
 * @see https://www.w3.org/TR/SRI/
 * @example script(src=asset("site.js") integrity=integrity("site.js") defer)
 */
export function assetIntegrity(assets: Assets, name: string): string {
  return `sha256-${findAsset(assets, name.replace(/^\//, ""), "integrity").digest}`;
}

function findAsset(assets: Assets, name: string, call: string): Asset {
  const asset = assets.get(name);
  if (asset !== undefined) return asset;
  const nearest = nearestOf(name, [...assets.keys()]);
  const hint = nearest === undefined ? "" : ` Did you mean "${nearest}"?`;
  throw new RangeError(
    `${call}(${JSON.stringify(name)}): there is no such file in the public folder.${hint}`,
  );
}

/** What is known about a file that is about to be sent. */
export interface SentFile {
  /** Path below the folder, with forward slashes. */
  readonly name: string;
  readonly query: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/** The file as it was at start, or undefined when it is another one by now. */
export function unchangedAsset(assets: Assets, sent: Omit<SentFile, "query">): Asset | undefined {
  const asset = assets.get(sent.name);
  return asset?.size === sent.size && asset.mtimeMs === sent.mtimeMs ? asset : undefined;
}

/**
 * True when the address asked for names exactly this content. A made-up fingerprint, or one of a file that has changed
 * since the start, would put the wrong content into caches for a year.
 */
export function isFingerprinted(assets: Assets, sent: SentFile): boolean {
  const asset = unchangedAsset(assets, sent);
  return asset !== undefined && sent.query === `v=${fingerprintOf(asset)}`;
}
