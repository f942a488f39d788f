// node tests/contracts/asyncapi.mjs FOLDER: whether @asyncapi/parser, installed in FOLDER, accepts docs/asyncapi.yaml.
// Exit code 0 where it has no error to tell; what it says of each place is printed, warnings too.
import { createRequire } from "node:module";
import { resolve } from "node:path";

const require = createRequire(resolve(process.argv[2], "package.json"));
const { Parser, fromFile } = require("@asyncapi/parser");
const file = resolve(import.meta.dirname, "../../docs/asyncapi.yaml");
const { document, diagnostics } = await fromFile(new Parser(), file).parse();
for (const { severity, code, message, path } of diagnostics) {
  console.log(["error", "warning", "information", "hint"][severity], code, path.join("."), message);
}
const messages = document?.allMessages().all() ?? [];
console.log(`${document ? "accepted" : "REFUSED"}: AsyncAPI ${document?.version()}, ${messages.length} messages`);
process.exit(document ? 0 : 1);
