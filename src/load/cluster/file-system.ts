import fs from "node:fs";

// node:fs/promises brings a reader of lines and more along, which takes a short run longer than all the files that it reads.

type Done<T> = (error: NodeJS.ErrnoException | null, result: T) => void;

let underWay = 0;

/** Whether a file is being opened or read. Nothing ends that: a pipe that nobody writes to keeps it, and the program, for ever. */
export function isReading(): boolean {
  return underWay > 0;
}

function asked<T>(ask: (done: Done<T>) => void): Promise<T> {
  underWay += 1;
  return new Promise((resolve, reject) => {
    ask((error, result) => {
      underWay -= 1;
      if (error === null) resolve(result);
      else reject(error);
    });
  });
}

/** The content of a file. Rejects with Node's error. */
export function readFile(path: string): Promise<Buffer> {
  return asked((done: Done<Buffer>) => fs.readFile(path, done));
}

/** The text of a file in UTF-8. Rejects with Node's error. */
export async function readText(path: string): Promise<string> {
  return (await readFile(path)).toString("utf8");
}

/** What the system tells of a file. Rejects with Node's error. */
export function stat(path: string): Promise<fs.Stats> {
  return asked((done: Done<fs.Stats>) => fs.stat(path, done));
}

/** Ends well where the file may be read, or looked into. Rejects with Node's error. */
export function access(path: string): Promise<void> {
  return asked((done: Done<void>) => fs.access(path, (error) => done(error, undefined)));
}
