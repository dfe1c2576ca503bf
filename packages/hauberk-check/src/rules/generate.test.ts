import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { exampleOf } from "./generate.ts";

const scratch = mkdtempSync(join(tmpdir(), "hauberk-check-examples-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** The example of a rule with these fixtures, each a text by its name. */
function example(fires: Readonly<Record<string, string>>, clean: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(scratch, "rules-"));
  for (const [kind, files] of Object.entries({ fires, clean })) {
    mkdirSync(join(root, "group/rule/fixtures", kind), { recursive: true });
    for (const [name, text] of Object.entries(files))
      writeFileSync(join(root, "group/rule/fixtures", kind, name), text);
  }
  return exampleOf(pathToFileURL(`${root}/`), "group/rule");
}

const long = (text: string): string => `${text}\n${"go();\n".repeat(20)}`;

describe("the example of a rule", () => {
  it("is the plainest fault, whatever longer forms have a counterpart", () => {
    const shown = example(
      { "plain.js": "open();", "wrapped.js": long("wrap(open);") },
      { "closed.js": "shut();", "wrapped.js": long("wrap(shut);") },
    );
    assert.deepEqual(shown, { faulty: "open();", fixed: "shut();" });
  });

  it("is a pair that is hardly longer: it shows one thing twice", () => {
    const shown = example(
      { "plain.js": "open();", "door.js": "open(1);" },
      { "a.js": "shut();", "door.js": "shut(door);" },
    );
    assert.deepEqual(shown, { faulty: "open(1);", fixed: "shut(door);" });
  });

  it("is of Express 4 or 5 where there is one, and of the longer of them before a shorter one of Express 3", () => {
    const shown = example(
      { "three.js": "// express: 3\nopen();", "five.js": "app.open();" },
      { "three.js": "// express: 3\nshut();", "closed.js": "app.shut();" },
    );
    assert.deepEqual(shown, { faulty: "app.open();", fixed: "app.shut();" });
  });

  for (const mark of ["// <- fires", "# <- fires", "-- <- fires", "<!-- <- fires -->", "//- <- fires"])
    it(`has no mark of a test: ${mark}`, () => {
      const shown = example({ "a.js": `open(); ${mark}` }, { "a.js": "shut();" });
      assert.equal(shown?.faulty, "open(); // <- here");
    });

  it("is missing where a rule has no code that fires, or none that does not", () => {
    assert.equal(example({}, { "a.js": "shut();" }), undefined);
    assert.equal(example({ "a.js": "open();" }, {}), undefined);
  });
});
