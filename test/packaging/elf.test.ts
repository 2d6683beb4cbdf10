import { describe, expect, it } from "vitest";
import { withoutSymbols } from "../../scripts/dist/elf.ts";

/** A 64-bit ELF file with one segment of 16 bytes behind its headers, then 32 bytes of symbols, then a table of sections. */
function elf(): Buffer {
  const segment = { offset: 0x78, size: 16 };
  const file = Buffer.alloc(segment.offset + segment.size + 32 + 64, 0x2a);
  file.write("\x7fELF\x02\x01\x01", 0, "latin1");
  file.writeBigUInt64LE(0x40n, 0x20);
  file.writeBigUInt64LE(BigInt(segment.offset + segment.size + 32), 0x28);
  file.writeUInt16LE(0x38, 0x36);
  file.writeUInt16LE(1, 0x38);
  file.writeUInt16LE(3, 0x3c);
  file.writeUInt16LE(2, 0x3e);
  file.writeBigUInt64LE(BigInt(segment.offset), 0x48);
  file.writeBigUInt64LE(BigInt(segment.size), 0x60);
  return file;
}

describe("an ELF file without its symbols", () => {
  it("ends with its last segment, which is as it was", () => {
    const before = elf();
    const after = withoutSymbols(before);
    expect(after.length).toBe(0x78 + 16);
    expect(after.subarray(0x40)).toEqual(before.subarray(0x40, 0x78 + 16));
  });

  it("has no table of sections, and says so", () => {
    const after = withoutSymbols(elf());
    expect([after.readBigUInt64LE(0x28), after.readUInt16LE(0x3c), after.readUInt16LE(0x3e)]).toEqual([0n, 0, 0]);
  });

  it("leaves the file that it was given alone", () => {
    const file = elf();
    withoutSymbols(file);
    expect(file).toEqual(elf());
  });

  it.each([
    ["another format", Buffer.from("MZ".padEnd(128, "\0"))],
    ["a 32-bit file", Buffer.from(elf().fill(1, 4, 5))],
    ["a big-endian file", Buffer.from(elf().fill(2, 5, 6))],
  ])("refuses %s", (_, file) => {
    expect(() => withoutSymbols(file)).toThrow("not a 64-bit little-endian ELF file");
  });

  it("refuses a file of which something is missing", () => {
    expect(() => withoutSymbols(elf().subarray(0, 0x78 + 8))).toThrow("not all there");
  });
});
