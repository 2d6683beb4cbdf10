/** What parts of a program are loaded from, and with. */
export interface PartsHost {
  /** Compiles a part, the text between {@link PART_HEAD} and {@link PART_TAIL}. Throws for a name that no part has. */
  readonly compile: (name: string) => CompiledPart;
  /** One of Node's own modules; undefined for any other, which a part may do without. */
  readonly builtin: (name: string) => unknown;
  /** What the parts take for their file and folder. */
  readonly filename: string;
  readonly dirname: string;
}

/** A part as its host compiled it. */
export interface CompiledPart {
  /** The function that the part is. */
  readonly evaluate: () => unknown;
  /** What was compiled of it by now, to be kept for the next run. */
  readonly code: () => Uint8Array;
}

type Require = (name: string) => unknown;
type PartFunction = (
  exports: unknown,
  require: Require,
  module: { exports: unknown },
  filename: string,
  dirname: string,
) => void;

const isPart = (value: unknown): value is PartFunction => typeof value === "function";

/** The head and the tail that make a part of a CommonJS file. */
export const PART_HEAD = "(function(exports,require,module,__filename,__dirname){";
export const PART_TAIL = "\n})";

/** CommonJS files that need no file system: a program that is loaded from memory, part by part, as it asks for them. */
export class Parts {
  readonly #host: PartsHost;
  readonly #modules = new Map<string, { exports: unknown }>();
  readonly #compiled = new Map<string, CompiledPart>();

  constructor(host: PartsHost) {
    this.#host = host;
  }

  /** What has been compiled by now, by name. */
  get compiled(): ReadonlyMap<string, CompiledPart> {
    return this.#compiled;
  }

  /** Loads a part once, and returns what it exports. Throws what the part throws, and for a part that is none. */
  load(name: string): unknown {
    const known = this.#modules.get(name);
    if (known !== undefined) return known.exports;
    const { compile, builtin, filename, dirname } = this.#host;
    const part = compile(name);
    const run = part.evaluate();
    if (!isPart(run)) throw new TypeError(`${name} is no part of this program`);
    const module = { exports: {} };
    this.#modules.set(name, module);
    this.#compiled.set(name, part);
    const require = (wanted: string): unknown => {
      if (wanted.startsWith("./")) return this.load(wanted.slice(2));
      const found = builtin(wanted);
      if (found === undefined) throw new Error(`Cannot find module '${wanted}'`);
      return found;
    };
    run(module.exports, require, module, filename, dirname);
    return module.exports;
  }
}
