import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { type Zippable, zipSync } from "fflate";
import { pack } from "tar-stream";

/** A file of an archive. */
export interface ArchivedFile {
  /** With `/` between folders. */
  readonly name: string;
  readonly content: Uint8Array;
  readonly executable: boolean;
}

/** The earliest time that a zip can tell: the same contents give the same archive at any time. */
const ZIP_TIME = new Date(1980, 0, 1);
/** The system whose file modes a zip tells. */
const UNIX = 3;

const modeOf = ({ executable }: ArchivedFile): number => (executable ? 0o755 : 0o644);

/** The folders that names stand in, outermost first. */
function foldersOf(files: readonly ArchivedFile[]): readonly string[] {
  const folders = files.flatMap(({ name }) => {
    const steps = name.split("/").slice(0, -1);
    return steps.map((_, index) => steps.slice(0, index + 1).join("/"));
  });
  return [...new Set(folders)];
}

/** A tar.gz of nothing but files and folders, which is all that krew unpacks. */
export async function tarGz(files: readonly ArchivedFile[]): Promise<Buffer> {
  const tar = pack();
  const packed = buffer(tar);
  const mtime = new Date(0);
  for (const name of foldersOf(files)) tar.entry({ name: `${name}/`, type: "directory", mode: 0o755, mtime });
  for (const file of files) tar.entry({ name: file.name, mode: modeOf(file), mtime }, Buffer.from(file.content));
  tar.finalize();
  return gzipSync(await packed, { level: 9 });
}

/** A zip of the same. */
export function zip(files: readonly ArchivedFile[]): Buffer {
  const entries: Zippable = {};
  for (const file of files) {
    const attrs = (0o100000 | modeOf(file)) * 0x10000;
    entries[file.name] = [file.content, { mtime: ZIP_TIME, level: 9, os: UNIX, attrs }];
  }
  return Buffer.from(zipSync(entries));
}
