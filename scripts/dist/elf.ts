const MAGIC = "\x7fELF";
const CLASS_64 = 2;
const LITTLE_ENDIAN = 1;

// Offsets in the header of a 64-bit ELF file, and in an entry of its program header table (System V ABI, chapters 4 and 5).
const E_PHOFF = 0x20;
const E_SHOFF = 0x28;
const E_PHENTSIZE = 0x36;
const E_PHNUM = 0x38;
const E_SHNUM = 0x3c;
const E_SHSTRNDX = 0x3e;
const P_OFFSET = 0x08;
const P_FILESZ = 0x20;

/**
 * An executable without what only debuggers and linkers read: everything behind the last segment, which is where symbols stand,
 * and the table of sections. What is loaded, and so what runs, stays as it is: less than half of Node's sections by number,
 * and three quarters of it by size.
 *
 * @throws Error for a file that is no 64-bit little-endian ELF, or not whole
 */
export function withoutSymbols(file: Buffer): Buffer {
  if (file.toString("latin1", 0, 4) !== MAGIC || file[4] !== CLASS_64 || file[5] !== LITTLE_ENDIAN) {
    throw new Error("not a 64-bit little-endian ELF file");
  }
  const table = Number(file.readBigUInt64LE(E_PHOFF));
  const size = file.readUInt16LE(E_PHENTSIZE);
  const ends = Array.from({ length: file.readUInt16LE(E_PHNUM) }, (_, index) => {
    const entry = table + index * size;
    return Number(file.readBigUInt64LE(entry + P_OFFSET) + file.readBigUInt64LE(entry + P_FILESZ));
  });
  const end = Math.max(...ends);
  if (ends.length === 0 || end > file.length) throw new Error("the segments of the ELF file are not all there");
  const kept = Buffer.from(file.subarray(0, end));
  kept.writeBigUInt64LE(0n, E_SHOFF);
  kept.writeUInt16LE(0, E_SHNUM);
  kept.writeUInt16LE(0, E_SHSTRNDX);
  return kept;
}
