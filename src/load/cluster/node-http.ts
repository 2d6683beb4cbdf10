import type Http from "node:http";
import type Http2 from "node:http2";
import type Https from "node:https";
import { createRequire } from "node:module";
import type V8 from "node:v8";
import type Zlib from "node:zlib";

// An import reads every export of a module, and `WebSocket` among those of node:http loads a second HTTP client, which takes
// longer than all the rest. Nothing is read of a module that is required.
const load = createRequire(import.meta.url);

/** What speaks HTTP/1 without TLS. */
export function loadHttp(): typeof Http {
  return load("node:http");
}

/** What speaks HTTP/1 with TLS. */
export function loadHttps(): typeof Https {
  return load("node:https");
}

/** What speaks HTTP/2. */
export function loadHttp2(): typeof Http2 {
  return load("node:http2");
}

/** A stream that unpacks gzip. Small answers are not packed, so that few runs need it. */
export function createGunzip(): Zlib.Gunzip {
  const zlib: typeof Zlib = load("node:zlib");
  return zlib.createGunzip();
}

/** How much memory there may be for what is made of answers, in bytes. Only large answers need to know. */
export function heapLimit(): number {
  const v8: typeof V8 = load("node:v8");
  return v8.getHeapStatistics().heap_size_limit;
}
