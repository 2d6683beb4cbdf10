import fs from "node:fs";

// node:fs/promises brings a reader of lines and more along, which takes a short run longer than all the files that it reads.

/** The content of a file. Rejects with Node's error. */
export function readFile(path: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    fs.readFile(path, (error, content) => (error === null ? resolve(content) : reject(error)));
  });
}

/** The text of a file in UTF-8. Rejects with Node's error. */
export async function readText(path: string): Promise<string> {
  return (await readFile(path)).toString("utf8");
}

/** What the system tells of a file. Rejects with Node's error. */
export function stat(path: string): Promise<fs.Stats> {
  return new Promise((resolve, reject) => {
    fs.stat(path, (error, stats) => (error === null ? resolve(stats) : reject(error)));
  });
}

/** Ends well where the file may be read, or looked into. Rejects with Node's error. */
export function access(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.access(path, (error) => (error === null ? resolve() : reject(error)));
  });
}
