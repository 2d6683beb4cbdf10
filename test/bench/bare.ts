import { readFileSync } from "node:fs";
import { Agent, get } from "node:https";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";

// What no reader of these lists in Node can do without: the same requests as an audit, all kinds at once, and JSON.parse.
//   BENCH_URL=… BENCH_CA=… BENCH_TOKEN=… node test/bench/bare.ts PATH …

const METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

function needed(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

const url = needed("BENCH_URL");
const agent = new Agent({ keepAlive: true, ca: readFileSync(needed("BENCH_CA")) });
const authorization = `Bearer ${needed("BENCH_TOKEN")}`;

async function page(path: string): Promise<unknown> {
  const accept = /\/(secrets|configmaps)\?/.test(path) ? METADATA : "application/json";
  const headers = { authorization, accept, "accept-encoding": "gzip", "user-agent": "bare" };
  const body = await new Promise<Buffer>((resolve, reject) => {
    const request = get(new URL(path, url), { agent, headers }, (incoming) => {
      const whole = buffer(incoming);
      resolve(incoming.headers["content-encoding"] === "gzip" ? whole.then((zipped) => gunzipSync(zipped)) : whole);
    });
    request.on("error", reject);
  });
  return JSON.parse(body.toString("utf8"));
}

function nextOf(list: unknown): string {
  if (typeof list !== "object" || list === null || !("metadata" in list)) return "";
  const { metadata } = list;
  if (typeof metadata !== "object" || metadata === null || !("continue" in metadata)) return "";
  return String(metadata.continue ?? "");
}

async function list(path: string): Promise<readonly unknown[]> {
  const pages: unknown[] = [];
  let token = "";
  do {
    const read = await page(token === "" ? path : `${path}&continue=${encodeURIComponent(token)}`);
    pages.push(read);
    token = nextOf(read);
  } while (token !== "");
  return pages;
}

const lists = await Promise.all(process.argv.slice(2).map(list));
agent.destroy();
console.log(lists.reduce((sum, pages) => sum + pages.length, 0));
