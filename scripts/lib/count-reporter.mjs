// @ts-check
// A reporter for `node --test` that writes only the final counts, as JSON, for the summary of `npm test`.

/**
 * @param {AsyncIterable<{ type: string, data: { file?: string, counts?: Record<string, number> } }>} source
 * @returns {AsyncGenerator<string>}
 */
export default async function* countReporter(source) {
  for await (const { type, data } of source) {
    // One summary per file carries the file's name; the one without is the total.
    if (type === "test:summary" && data.file === undefined) yield JSON.stringify(data.counts);
  }
}
