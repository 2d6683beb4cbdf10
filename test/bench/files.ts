import { closeSync, openSync, writeSync } from "node:fs";
import { dump } from "js-yaml";
import type { WorldObject } from "./world.ts";

const chunkLength = 1 << 20;

function writePieces(path: string, pieces: Iterable<string>): void {
  const file = openSync(path, "w");
  try {
    let pending = "";
    for (const piece of pieces) {
      pending += piece;
      if (pending.length < chunkLength) continue;
      writeSync(file, pending);
      pending = "";
    }
    writeSync(file, pending);
  } finally {
    closeSync(file);
  }
}

function* yamlPieces(objects: Iterable<WorldObject>): Generator<string> {
  for (const object of objects) yield `---\n${dump(object, { noRefs: true, lineWidth: -1 })}`;
}

function* jsonPieces(objects: Iterable<WorldObject>): Generator<string> {
  yield '{"apiVersion":"v1","kind":"List","items":[';
  let separator = "\n";
  for (const object of objects) {
    yield separator + JSON.stringify(object);
    separator = ",\n";
  }
  yield "\n]}\n";
}

/** Writes the objects as YAML, one document each. */
export function writeYaml(path: string, objects: Iterable<WorldObject>): void {
  writePieces(path, yamlPieces(objects));
}

/** Writes the objects as one `List` in JSON. */
export function writeJsonList(path: string, objects: Iterable<WorldObject>): void {
  writePieces(path, jsonPieces(objects));
}
